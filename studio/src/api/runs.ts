/** Runs: one of them, a change to it, and the run table's query. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { query, requestJson, runPath, workspacePath } from "./client";
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

/** The newest runs of an experiment. */
export function useRunsOf(experiment: string, limit: number) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: [...keys.experiments(workspace), "runs", experiment, limit],
    queryFn: ({ signal }) =>
      requestJson<{ runs: Run[] }>(`${workspacePath(workspace)}/runs${query({ experiment, limit })}`, { signal }),
    select: (answer) => answer.runs,
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
