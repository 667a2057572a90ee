/** The runs that are compared: chosen ones, or those that the table shows. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "@/api/keys";
import { useChanges, useRefresh, useWorkspace } from "@/api/live";
import { queryTable } from "@/api/runs";
import type { Column } from "@/api/types";
import type { RowQuery } from "@/pages/table/rows";
import type { ComparedRun } from "./ComparePanel";
import { type RunValues, useRunValues } from "./values";

/** In the address, in the place of ids: whatever the filter of the table lets through, in its order. */
export const ALL_RUNS = "*";
const MOST_RUNS = 100;
// A mean of so many takes the server seconds (bench/README.md), the browser nothing.
const MOST_MEANT = 1_000;

/** The runs of a table, of which those that are drawn may be only the first. */
export type Population = { query: RowQuery; total: number; hidden: ReadonlySet<string> };

/** The runs, and everything known of their metrics, asked anew when one of them changes. */
export function useComparedRuns(runIds: readonly string[], query: RowQuery) {
  const workspace = useWorkspace();
  const isAll = runIds[0] === ALL_RUNS;
  const asked = isAll ? query : null;
  const queryKey = useMemo(() => [...keys.run(workspace, ""), "compared", runIds, asked], [workspace, runIds, asked]);
  const answer = useQuery({
    queryKey,
    queryFn: ({ signal }) => {
      if (asked) return queryTable(workspace, { ...asked, columns: [], limit: MOST_RUNS, offset: 0 }, signal);
      const filter = { column: { field: "run_id" }, op: "in" as const, value: runIds };
      const every = { include_children: true, archived: "with" as const };
      const body = { columns: [], filter, limit: Math.max(1, runIds.length), offset: 0, ...every };
      return queryTable(workspace, body, signal);
    },
    placeholderData: keepPreviousData,
  });
  const runs = useMemo((): ComparedRun[] | undefined => {
    if (!answer.data) return undefined;
    const found = answer.data.rows.map((row) => row.run);
    if (isAll) return found.map((run, position) => ({ run, position }));
    const byId = new Map(found.map((run) => [run.run_id, run]));
    return runIds.flatMap((id, position) => {
      const run = byId.get(id);
      return run ? [{ run, position }] : [];
    });
  }, [answer.data, runIds, isAll]);
  const known = useMemo(() => new Set(runs?.map(({ run }) => run.run_id)), [runs]);
  const refresh = useRefresh();
  useChanges((change) => {
    if (change.run_id === null || !(known.has(change.run_id) || (isAll && change.noun === "run"))) return;
    const isRun = change.noun === "run";
    refresh([...(isRun ? [queryKey] : []), keys.summaries(workspace), keys.runValues(workspace)]);
  });
  return { runs, total: answer.data?.total ?? 0, error: answer.isLoadingError ? answer.error : null };
}

/** Of a mean: all runs of the table that are not hidden, where more are meant than are drawn, each with its values of `columns`. */
export function useMeantRuns(drawn: readonly ComparedRun[], of: Population | null, columns: readonly Column[]) {
  const workspace = useWorkspace();
  const isMore = of !== null && of.total > MOST_RUNS;
  const among = useRunValues(isMore ? NO_RUNS : drawn, columns);
  const query = of?.query;
  const answer = useQuery({
    queryKey: [...keys.runValues(workspace), "meant", query, columns],
    queryFn: ({ signal }) =>
      queryTable(
        workspace,
        { include_children: false, ...query, columns: [...columns], limit: MOST_MEANT, offset: 0 },
        signal,
      ),
    enabled: isMore,
    placeholderData: keepPreviousData,
  });
  const rows = useMemo(() => {
    if (!isMore) return among.rows;
    const shown = answer.data?.rows.filter(({ run }) => !of.hidden.has(run.run_id)) ?? [];
    return shown.map(({ run, values }, position): RunValues => ({ run: { run, position }, values }));
  }, [isMore, among.rows, answer.data, of]);
  return {
    rows,
    total: isMore ? of.total - of.hidden.size : drawn.length,
    isThere: isMore ? answer.data !== undefined : columns.length === 0 || among.isThere,
    error: isMore && answer.isLoadingError ? answer.error : among.error,
  };
}

const NO_RUNS: readonly ComparedRun[] = [];
