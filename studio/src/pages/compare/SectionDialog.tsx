/** Gives a section of charts its title. */

import { Field, Input } from "@fluentui/react-components";
import { useState } from "react";
import { FormDialog } from "@/parts/FormDialog";
import { dashboard as texts } from "@/texts/compare";

type Props = { title: string; save: (title: string) => void; close: () => void };

export function SectionDialog({ title, save, close }: Props) {
  const [text, setText] = useState(title);
  return (
    <FormDialog
      title={texts.newSection}
      apply={texts.save}
      keep={texts.cancel}
      isReady={text.trim() !== ""}
      act={() => save(text.trim())}
      close={close}
      testId="section-dialog"
    >
      <Field label={texts.sectionTitle}>
        <Input value={text} onChange={(_, { value }) => setText(value)} maxLength={80} />
      </Field>
    </FormDialog>
  );
}
