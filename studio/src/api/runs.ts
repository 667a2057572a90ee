/** Runs: one of them, a change to it, and the run table's query. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { requestJson, runPath, workspacePath } from "./client";
import { keys } from "./keys";
import { useWorkspace } from "./live";
import type { Run, TableQuery, TableRow } from "./types";

export function useRun(runId: string) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: keys.run(workspace, runId),
    queryFn: ({ signal }) => requestJson<Run>(runPath(workspace, runId), { signal }),
  });
}

export type RunChange = {
  display_name?: string;
  description?: string;
  tags?: Record<string, string | null>;
  remove_tags?: string[];
};

export function useChangeRun(runId: string) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: RunChange) => requestJson<Run>(runPath(workspace, runId), { method: "PATCH", body }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.run(workspace, runId) }),
  });
}

export function useCancelRun(runId: string) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => requestJson<Run>(`${runPath(workspace, runId)}/cancel`, { method: "POST", body: {} }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.run(workspace, runId) }),
  });
}

export type TableAnswer = { rows: TableRow[]; total: number };

export const queryTable = (workspace: string, body: TableQuery, signal?: AbortSignal) =>
  requestJson<TableAnswer>(`${workspacePath(workspace)}/runs/query`, { method: "POST", body, signal });

const MOST_FOUND = 8;

/** The newest runs whose name, id or tags hold the text; nothing is asked for an empty one. */
export function useFoundRuns(text: string) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: [...keys.table(workspace), "found", text],
    queryFn: ({ signal }) =>
      queryTable(
        workspace,
        { filter: { text }, columns: [], limit: MOST_FOUND, offset: 0, include_children: true },
        signal,
      ),
    enabled: text !== "",
    placeholderData: (before) => before,
  });
}
