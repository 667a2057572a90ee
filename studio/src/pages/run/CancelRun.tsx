/** Asks a run to end, after asking back. */

import { Button } from "@fluentui/react-components";
import { RecordStopRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useCancelRun } from "@/api/runs";
import type { Run } from "@/api/types";
import { FormDialog } from "@/parts/FormDialog";
import { isFinal } from "@/parts/Status";
import { cancel as texts } from "@/texts/run";

export function CancelRun({ run }: { run: Run }) {
  const [isOpen, setOpen] = useState(false);
  const cancel = useCancelRun(run.run_id);
  if (isFinal(run.status)) return null;
  const isAsked = run.status === "CancelRequested";
  return (
    <>
      <Button icon={<RecordStopRegular />} disabled={isAsked} data-testid="cancel-run" onClick={() => setOpen(true)}>
        {isAsked ? texts.going : texts.apply}
      </Button>
      {isOpen && (
        <FormDialog
          title={texts.title}
          apply={texts.apply}
          keep={texts.keep}
          act={() => cancel.mutateAsync()}
          close={() => setOpen(false)}
        >
          {run.kind === "script" ? texts.script : texts.other}
        </FormDialog>
      )}
    </>
  );
}
