/** The description of an experiment while it is changed. */

import { Button, Textarea } from "@fluentui/react-components";
import { CheckmarkRegular, DismissRegular } from "@fluentui/react-icons";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { experimentTexts as texts } from "@/texts/experiments";

type Props = { name: string; text: string; save: (text: string) => Promise<unknown>; close: () => void };

export function DescriptionForm({ name, text, save, close }: Props) {
  const [draft, setDraft] = useState(text);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    try {
      if (draft.trim() !== text) await save(draft.trim());
      close();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
  };
  return (
    <form className="editable" onSubmit={(event) => void submit(event)}>
      <Textarea
        autoFocus
        aria-label={texts.descriptionOf(name)}
        value={draft}
        rows={3}
        className="editable-area"
        onChange={(_, { value }) => setDraft(value)}
        onKeyDown={pressed}
      />
      <Button size="small" appearance="subtle" type="submit" icon={<CheckmarkRegular />} aria-label={texts.save} />
      <Button size="small" appearance="subtle" icon={<DismissRegular />} aria-label={texts.leave} onClick={close} />
      {problem !== null && (
        <span role="alert" className="field-problem">
          {problem}
        </span>
      )}
    </form>
  );
}
