/** What is asked before many runs are tagged, cancelled or deleted. */

import { Combobox, Field, Input, Option, Radio, RadioGroup } from "@fluentui/react-components";
import { useState } from "react";
import { FormDialog } from "@/parts/FormDialog";
import { runTexts } from "@/texts/runs";
import type { BulkAction } from "./bulk";

type Props = { count: number; act: (action: BulkAction) => Promise<void>; close: () => void };

export function TagDialog({ count, tags, act, close }: Props & { tags: readonly string[] }) {
  const texts = runTexts.tag;
  const [isSetting, setSetting] = useState(true);
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const offered = tags.filter((tag) => tag.toLowerCase().includes(key.trim().toLowerCase())).slice(0, 50);
  const name = key.trim();
  return (
    <FormDialog
      title={texts.title(count)}
      apply={texts.apply}
      keep={texts.keep}
      isReady={name !== ""}
      close={close}
      act={() => act(isSetting ? { action: "tag", tags: { [name]: value } } : { action: "tag", remove_tags: [name] })}
    >
      <RadioGroup
        layout="horizontal"
        value={isSetting ? "set" : "remove"}
        onChange={(_, change) => setSetting(change.value === "set")}
      >
        <Radio value="set" label={texts.set} />
        <Radio value="remove" label={texts.remove} />
      </RadioGroup>
      <Field label={texts.key}>
        <Combobox
          freeform
          value={key}
          onChange={(event) => setKey(event.target.value)}
          onOptionSelect={(_, { optionText }) => setKey(optionText ?? "")}
        >
          {offered.map((tag) => (
            <Option key={tag}>{tag}</Option>
          ))}
        </Combobox>
      </Field>
      {isSetting && (
        <Field label={texts.value}>
          <Input value={value} onChange={(_, change) => setValue(change.value)} />
        </Field>
      )}
    </FormDialog>
  );
}

export function ConfirmCancel({ count, act, close }: Props) {
  const texts = runTexts.cancel;
  return (
    <FormDialog
      title={texts.title(count)}
      apply={texts.apply}
      keep={texts.keep}
      close={close}
      act={() => act({ action: "cancel" })}
    >
      {texts.text}
    </FormDialog>
  );
}

/** What is deleted is gone, so it has to be typed. */
export function DeleteDialog({ count, act, close }: Props) {
  const texts = runTexts.delete;
  const [typed, setTyped] = useState("");
  const word = texts.word(count);
  return (
    <FormDialog
      title={texts.title(count)}
      apply={texts.apply}
      keep={texts.keep}
      isReady={typed.trim() === word}
      close={close}
      act={() => act({ action: "delete" })}
    >
      <p>{texts.text(count)}</p>
      <Field label={texts.confirm(word)}>
        <Input value={typed} onChange={(_, { value }) => setTyped(value)} data-testid="delete-word" />
      </Field>
    </FormDialog>
  );
}
