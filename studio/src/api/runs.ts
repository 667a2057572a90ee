/** Runs: one of them, a change to it, and the run table's query. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { query, requestJson, runPath, workspacePath } from "./client";
import { keys } from "./keys";
import { useWorkspace } from "./live";
import type {
  BulkOutcome,
  BulkStep,
  GroupQuery,
  MetricNames,
  Run,
  RunGroup,
  RunQuery,
  RunWords,
  TableQuery,
  TableRow,
} from "./types";

export const runOptions = (workspace: string, runId: string) =>
  queryOptions({
    queryKey: keys.run(workspace, runId),
    queryFn: ({ signal }) => requestJson<Run>(runPath(workspace, runId), { signal }),
  });

export const useRun = (runId: string) => useQuery(runOptions(useWorkspace(), runId));

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

export type GroupAnswer = { groups: RunGroup[]; total: number; run_count: number };

export const queryGroups = (workspace: string, body: GroupQuery, signal?: AbortSignal) =>
  requestJson<GroupAnswer>(`${workspacePath(workspace)}/runs/groups`, { method: "POST", body, signal });

/** The ids of a stretch of a table, in its order. */
export async function queryIds(
  workspace: string,
  wanted: RunQuery & Pick<TableQuery, "sort">,
  { offset, limit }: { offset: number; limit: number },
): Promise<string[]> {
  const answer = await queryTable(workspace, { ...wanted, columns: [], offset, limit });
  return answer.rows.map(({ run }) => run.run_id);
}

export const changeRuns = (workspace: string, steps: BulkStep[]) =>
  requestJson<BulkOutcome>(`${workspacePath(workspace)}/runs/bulk`, { method: "POST", body: { steps } });

// What is offered may be a little old: a metric that is logged for the first time is offered a moment later.
const NAMES_MS = 10_000;

/** What the newest runs have, for choosing columns: metrics, tags, properties, params. */
export function useColumnNames(experiment: string | null) {
  const workspace = useWorkspace();
  const metrics = useQuery({
    queryKey: [...keys.names(workspace), "metrics", experiment],
    queryFn: ({ signal }) =>
      requestJson<{ names: MetricNames[] }>(`${workspacePath(workspace)}/metrics/names${query({ experiment })}`, {
        signal,
      }),
    select: (answer) => answer.names,
    staleTime: NAMES_MS,
  });
  const words = useQuery({
    queryKey: [...keys.names(workspace), "words", experiment],
    queryFn: ({ signal }) =>
      requestJson<RunWords>(`${workspacePath(workspace)}/run-words${query({ experiment })}`, { signal }),
    staleTime: NAMES_MS,
  });
  return { metrics: metrics.data, words: words.data };
}
