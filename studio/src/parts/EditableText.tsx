/** A text that becomes a field when one wants to change it. */

import { Input, Textarea } from "@fluentui/react-components";
import { CheckmarkRegular, DismissRegular, EditRegular } from "@fluentui/react-icons";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { editable as texts } from "@/texts/parts";
import { IconButton } from "./IconButton";
import "./parts.css";

type Props = {
  label: string;
  text: string;
  save: (text: string) => Promise<unknown>;
  /** What stands there while there is no text. */
  placeholder?: string;
  isLong?: boolean;
};

export function EditableText({ placeholder = "", ...field }: Props) {
  const { label, text, isLong = false } = field;
  const [isEditing, setEditing] = useState(false);
  if (isEditing) return <TextForm {...field} close={() => setEditing(false)} />;
  return (
    <span className="editable">
      <span className={text === "" ? "quiet" : isLong ? "editable-long" : undefined}>{text || placeholder}</span>
      <IconButton
        icon={<EditRegular />}
        label={texts.changeOf(label)}
        tip={texts.change}
        onClick={() => setEditing(true)}
      />
    </span>
  );
}

type FormProps = Omit<Props, "placeholder"> & { close: () => void };

/** The text while it is changed; only a long one may become empty. */
export function TextForm({ label, text, save, isLong = false, close }: FormProps) {
  const [draft, setDraft] = useState(text);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (!isLong && draft.trim() === "") return;
    try {
      if (draft.trim() !== text) await save(draft.trim());
      close();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    if (isLong && event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
  };
  const field = { autoFocus: true, "aria-label": label, value: draft, onKeyDown: pressed };
  const changed = (_: unknown, { value }: { value: string }) => setDraft(value);
  return (
    <form className="editable" onSubmit={(event) => void submit(event)}>
      {isLong ? (
        <Textarea {...field} rows={4} className="editable-area" onChange={changed} />
      ) : (
        <Input {...field} className="editable-field" onChange={changed} />
      )}
      <IconButton type="submit" icon={<CheckmarkRegular />} label={texts.save} />
      <IconButton icon={<DismissRegular />} label={texts.leave} onClick={close} />
      {problem !== null && (
        <span role="alert" className="field-problem">
          {problem}
        </span>
      )}
    </form>
  );
}
