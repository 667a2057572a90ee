/** Asks a run to end, after asking back. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  DialogTrigger,
} from "@fluentui/react-components";
import { RecordStopRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useCancelRun } from "@/api/runs";
import type { Run } from "@/api/types";
import { Problem } from "@/parts/Problem";
import { isFinal } from "@/parts/Status";

export function CancelRun({ run }: { run: Run }) {
  const [isOpen, setOpen] = useState(false);
  const cancel = useCancelRun(run.run_id);
  if (isFinal(run.status)) return null;
  const isAsked = run.status === "CancelRequested";
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => setOpen(open)}>
      <DialogTrigger disableButtonEnhancement>
        <Button icon={<RecordStopRegular />} disabled={isAsked} data-testid="cancel-run">
          {isAsked ? "Canceling" : "Cancel the run"}
        </Button>
      </DialogTrigger>
      <DialogSurface className="narrow-dialog">
        <DialogBody>
          <DialogTitle>Cancel this run?</DialogTitle>
          <DialogContent>
            {run.kind === "script"
              ? "The script and everything it started are ended. Its metrics, logs and outputs so far stay."
              : "The process that logs to it is asked to end. What it has recorded stays."}
            {cancel.isError && <Problem error={cancel.error} />}
          </DialogContent>
          <DialogActions>
            <DialogTrigger disableButtonEnhancement>
              <Button>Let it run</Button>
            </DialogTrigger>
            <Button
              appearance="primary"
              disabled={cancel.isPending}
              data-testid="cancel-run-confirm"
              onClick={() => cancel.mutate(undefined, { onSuccess: () => setOpen(false) })}
            >
              Cancel the run
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
