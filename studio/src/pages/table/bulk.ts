/** Many runs changed in one request, and the way back. */

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useWorkspace } from "@/api/live";
import { changeRuns } from "@/api/runs";
import type { BulkOutcome, BulkStep } from "@/api/types";
import { refreshTable } from "./rows";

export type BulkAction = Pick<BulkStep, "action" | "tags" | "remove_tags">;
export type BulkState = {
  action: BulkStep["action"] | null;
  outcome: BulkOutcome | null;
  isUndone: boolean;
  error: unknown;
};
const NOTHING_DONE: BulkState = { action: null, outcome: null, isUndone: false, error: null };

export function useBulk() {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const [state, setState] = useState(NOTHING_DONE);
  const send = async (steps: BulkStep[], action: BulkStep["action"] | null, isUndone: boolean): Promise<boolean> => {
    try {
      const outcome = await changeRuns(workspace, steps);
      setState({ action, outcome, isUndone, error: null });
      return true;
    } catch (error) {
      setState({ ...NOTHING_DONE, error });
      return false;
    } finally {
      void refreshTable(client, workspace);
    }
  };
  return {
    state,
    act: (step: BulkStep) => send([step], step.action, false),
    undo: () => void send(state.outcome?.undo ?? [], state.action, true),
    close: () => setState(NOTHING_DONE),
  };
}
