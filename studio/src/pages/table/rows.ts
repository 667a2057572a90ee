/** The rows of the run table: loaded by pages, patched in place while runs go on. */

import { type QueryClient, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { firstLoadingError } from "@/api/client";
import { keys } from "@/api/keys";
import { useChanges, useWorkspace } from "@/api/live";
import { queryTable, type TableAnswer } from "@/api/runs";
import type { Change, TableQuery, TableRow } from "@/api/types";

export const PAGE_ROWS = 100;
const PATCH_MS = 400;
const RECOUNT_MS = 600;

export type RowQuery = Omit<TableQuery, "limit" | "offset">;

export type Rows = {
  total: number | null;
  rowAt: (index: number) => TableRow | undefined;
  /** Another question is being asked; what is shown still answers the last one. */
  isOld: boolean;
  error: unknown;
  /** Runs that came since and are not shown yet. */
  newRuns: number;
  refresh: () => void;
};

/** Rows of `query` with everything from `first` to `last` loaded. `query` must be memoised. */
export function useRows(query: RowQuery, range: { first: number; last: number }): Rows {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const head = useQuery(pageOptions(workspace, query, 0));
  const [shown, setShown] = useState(query);
  if (head.data !== undefined && shown !== query) setShown(query);
  const numbers = pageNumbers(range);
  const pages = useQueries({ queries: numbers.map((number) => pageOptions(workspace, shown, number)) });
  const total = pages[0]?.data?.total ?? head.data?.total ?? null;
  const [counted, setCounted] = useState<number | null>(null);
  const refresh = useCallback(() => {
    setCounted(null);
    void client.invalidateQueries({ queryKey: tableKey(workspace, shown) });
  }, [client, workspace, shown]);
  useLiveRows(workspace, shown, setCounted);
  return {
    total,
    rowAt: (index) => pages[numbers.indexOf(Math.floor(index / PAGE_ROWS))]?.data?.rows[index % PAGE_ROWS],
    isOld: shown !== query && head.isFetching,
    error: firstLoadingError(head, ...pages),
    newRuns: counted !== null && total !== null ? Math.max(0, counted - total) : 0,
    refresh,
  };
}

function pageNumbers({ first, last }: { first: number; last: number }): number[] {
  const from = Math.floor(Math.max(0, first) / PAGE_ROWS);
  const to = Math.floor(Math.max(0, last) / PAGE_ROWS);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const tableKey = (workspace: string, query: RowQuery) => [...keys.table(workspace), JSON.stringify(query)];

const pageOptions = (workspace: string, query: RowQuery, number: number) => ({
  queryKey: [...tableKey(workspace, query), number],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    queryTable(workspace, { ...query, limit: PAGE_ROWS, offset: number * PAGE_ROWS }, signal),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 60_000,
});

/** Patches the rows that changed, where they are, and counts all of them when a run may be new. */
function useLiveRows(workspace: string, query: RowQuery, count: (total: number) => void): void {
  const client = useQueryClient();
  const live = useRef<ReturnType<typeof rowPatcher> | null>(null);
  useEffect(() => {
    live.current = rowPatcher(client, workspace, query, count);
    return () => live.current?.stop();
  }, [client, workspace, query, count]);
  useChanges((change) => live.current?.take(change));
}

function rowPatcher(client: QueryClient, workspace: string, query: RowQuery, count: (total: number) => void) {
  const queryKey = tableKey(workspace, query);
  const changed = new Set<string>();
  const control = new AbortController();
  let patching: ReturnType<typeof setTimeout> | undefined;
  let counting: ReturnType<typeof setTimeout> | undefined;

  const shownIds = () =>
    new Set(
      client
        .getQueriesData<TableAnswer>({ queryKey, type: "active" })
        .flatMap(([, answer]) => answer?.rows.map((row) => row.run.run_id) ?? []),
    );
  const patch = async () => {
    const shown = shownIds();
    const ids = [...changed].filter((id) => shown.has(id));
    changed.clear();
    // Pages that nobody looks at are asked for anew when somebody does.
    void client.invalidateQueries({ queryKey, type: "inactive", refetchType: "none" });
    if (ids.length > 0) {
      const only = { column: { field: "run_id" }, op: "in" as const, value: ids };
      const body = { columns: query.columns, filter: only, limit: ids.length, offset: 0, include_children: true };
      const answer = await queryTable(workspace, body, control.signal);
      const byId = new Map(answer.rows.map((row) => [row.run.run_id, row]));
      client.setQueriesData<TableAnswer>(
        { queryKey },
        (old) => old && { ...old, rows: old.rows.map((row) => byId.get(row.run.run_id) ?? row) },
      );
    }
    patching = undefined;
    if (changed.size > 0) patchSoon();
  };
  const recount = async () => {
    counting = undefined;
    const answer = await queryTable(workspace, { ...query, columns: [], limit: 1, offset: 0 }, control.signal);
    count(answer.total);
  };
  // A lost patch costs freshness only: the next change, or the stream's next gap, brings the row up to date.
  const quietly = (work: () => Promise<void>) => () => void work().catch(() => clear());
  const clear = () => {
    patching = undefined;
    counting = undefined;
  };
  const patchSoon = () => {
    patching ??= setTimeout(quietly(patch), PATCH_MS);
  };
  return {
    take: (change: Change) => {
      if (change.run_id === null || (change.noun !== "run" && change.noun !== "metrics")) return;
      changed.add(change.run_id);
      patchSoon();
      if (change.noun === "run") counting ??= setTimeout(quietly(recount), RECOUNT_MS);
    },
    stop: () => {
      control.abort();
      clearTimeout(patching);
      clearTimeout(counting);
    },
  };
}
