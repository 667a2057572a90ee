/** Metrics: summaries, points to draw, rows to read, files to take away. */

import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { askChart, type ChartQuery } from "./charts";
import { query, requestJson, runPath, workspacePath } from "./client";
import { keys } from "./keys";
import { useWorkspace } from "./live";
import type { Cell, ChartPoints, Series, SeriesKind } from "./types";

export const seriesOptions = (workspace: string, runId: string) =>
  queryOptions({
    queryKey: keys.series(workspace, runId),
    queryFn: ({ signal }) => requestJson<{ series: Series[] }>(`${runPath(workspace, runId)}/metrics`, { signal }),
    select: (answer) => answer.series,
  });

export const useSeries = (runId: string) => useQuery(seriesOptions(useWorkspace(), runId));

/** Summaries of many runs at once, by run id. */
export function useSummaries(runIds: readonly string[], names?: readonly string[]) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: [...keys.summaries(workspace), runIds, names ?? null],
    queryFn: ({ signal }) =>
      requestJson<{ runs: Record<string, Series[]> }>(`${workspacePath(workspace)}/metrics/summaries`, {
        method: "POST",
        body: { run_ids: runIds, names },
        signal,
      }),
    select: (answer) => answer.runs,
    enabled: runIds.length > 0,
    placeholderData: keepPreviousData,
  });
}

/** `count`, the number of values there are, makes the same question a new one when there are more. */
export const pointsOptions = (workspace: string, runId: string, wanted: ChartQuery, count: number) => ({
  queryKey: [...keys.points(workspace, runId), wanted, count],
  queryFn: ({ signal }: { signal: AbortSignal }) => askChart(workspace, runId, wanted, signal),
  placeholderData: keepPreviousData<ChartPoints>,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 20_000,
});

export type { ChartQuery } from "./charts";

export type ValueTable = { columns: string[]; rows: Cell[][]; total: number };

export const valueTableOptions = (
  workspace: string,
  runId: string,
  wanted: { name: string; offset: number; limit: number },
  count: number,
) => ({
  queryKey: [...keys.points(workspace, runId), "table", wanted, count],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    requestJson<ValueTable>(`${runPath(workspace, runId)}/metrics/table${query(wanted)}`, { signal }),
  placeholderData: keepPreviousData<ValueTable>,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 20_000,
});

export const exportAddress = (workspace: string, runId: string, name: string, format: "csv" | "parquet") =>
  `${runPath(workspace, runId)}/metrics/export${query({ format, name })}`;

export type MetricName = { name: string; kind: SeriesKind; columns: string[]; run_count: number };

/** The metrics that the newest runs have, of the workspace or of one experiment. */
export function useMetricNames(experiment: string | null) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["metric-names", workspace, experiment],
    queryFn: ({ signal }) =>
      requestJson<{ names: MetricName[] }>(`${workspacePath(workspace)}/metrics/names${query({ experiment })}`, {
        signal,
      }),
    select: (answer) => answer.names,
  });
}
