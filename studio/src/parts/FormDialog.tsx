/** Asks for something, does it, and closes; what went wrong is told where it was asked. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from "@fluentui/react-components";
import { type FormEvent, type ReactNode, useState } from "react";
import { Problem } from "./Problem";
import "./parts.css";

type Props = {
  title: string;
  /** What the buttons say: the one that does it, and the one that leaves all as it is. */
  apply: string;
  keep: string;
  act: () => Promise<unknown> | unknown;
  close: () => void;
  isReady?: boolean;
  isWide?: boolean;
  testId?: string;
  children: ReactNode;
};

export function FormDialog(props: Props) {
  const { title, apply, keep, act, close, isReady = true, isWide = false, testId, children } = props;
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || isBusy) return;
    setBusy(true);
    try {
      await act();
      close();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface className={isWide ? "form-dialog-wide" : "form-dialog"} data-testid={testId}>
        <form onSubmit={(event) => void submit(event)}>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className="form-fields">
              {children}
              {error !== null && <Problem error={error} />}
            </DialogContent>
            <DialogActions>
              <Button onClick={close}>{keep}</Button>
              <Button type="submit" appearance="primary" disabled={!isReady || isBusy} data-testid="apply">
                {apply}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
