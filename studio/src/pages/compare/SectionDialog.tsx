/** Gives a section of charts its title. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
} from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import { dashboard as texts } from "@/texts/compare";

type Props = { title: string; save: (title: string) => void; close: () => void };

export function SectionDialog({ title, save, close }: Props) {
  const [text, setText] = useState(title);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save(text.trim());
    close();
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface className="chart-editor" data-testid="section-dialog">
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{texts.newSection}</DialogTitle>
            <DialogContent>
              <Field label={texts.sectionTitle}>
                <Input value={text} onChange={(_, { value }) => setText(value)} maxLength={80} />
              </Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={close}>{texts.cancel}</Button>
              <Button appearance="primary" type="submit" disabled={text.trim() === ""}>
                {texts.save}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
