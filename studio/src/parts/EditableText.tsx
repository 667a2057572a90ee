/** A text that becomes a field when one wants to change it. */

import { Button, Input, Textarea } from "@fluentui/react-components";
import { CheckmarkRegular, DismissRegular, EditRegular } from "@fluentui/react-icons";
import { type FormEvent, type KeyboardEvent, useState } from "react";

type Props = {
  label: string;
  text: string;
  save: (text: string) => Promise<unknown>;
  /** What stands there while there is no text. */
  placeholder?: string;
  isLong?: boolean;
};

export function EditableText({ label, text, save, placeholder = "", isLong = false }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const stop = () => {
    setDraft(null);
    setProblem(null);
  };
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (draft === null || (!isLong && draft.trim() === "")) return;
    try {
      if (draft !== text) await save(draft.trim());
      stop();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") stop();
    if (isLong && event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
  };
  if (draft === null)
    return (
      <span className="editable">
        <span className={text === "" ? "quiet" : isLong ? "editable-long" : undefined}>{text || placeholder}</span>
        <Button
          size="small"
          appearance="subtle"
          icon={<EditRegular />}
          aria-label={`Change: ${label}`}
          title="Change"
          onClick={() => setDraft(text)}
        />
      </span>
    );
  return (
    <form className="editable" onSubmit={(event) => void submit(event)}>
      {isLong ? (
        <Textarea
          autoFocus
          aria-label={label}
          value={draft}
          rows={4}
          className="editable-area"
          onChange={(_, { value }) => setDraft(value)}
          onKeyDown={pressed}
        />
      ) : (
        <Input
          autoFocus
          aria-label={label}
          value={draft}
          className="editable-field"
          onChange={(_, { value }) => setDraft(value)}
          onKeyDown={pressed}
        />
      )}
      <Button
        size="small"
        appearance="subtle"
        type="submit"
        icon={<CheckmarkRegular />}
        aria-label="Save"
        title="Save"
      />
      <Button
        size="small"
        appearance="subtle"
        icon={<DismissRegular />}
        aria-label="Leave it as it was"
        title="Leave it as it was"
        onClick={stop}
      />
      {problem !== null && (
        <span role="alert" className="field-problem">
          {problem}
        </span>
      )}
    </form>
  );
}
