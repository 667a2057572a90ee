/** Keeps the rows of a run table true while runs go on, without moving them under the reader. */

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useChanges, useWorkspace } from "@/api/live";
import { queryTable } from "@/api/runs";
import type { Change, Column, TableRow } from "@/api/types";
import { columnOfToken, columnToken, valueOfRun } from "./columns";
import { type PageAnswer, type RowQuery, refreshTable, tableKey } from "./rows";
import type { Order } from "./views";

const PATCH_MS = 400;
const RECOUNT_MS = 600;

/** What the table does not show yet: so many runs more (or fewer) pass the filter; the order is no longer right. */
export type News = { more: number; isMoved: boolean };
const NO_NEWS: News = { more: 0, isMoved: false };

/** News of the runs that `query` finds; `total`: how many are shown; `refresh` shows them all. */
export function useNews(
  query: RowQuery,
  orders: readonly Order[],
  total: number | null,
): { news: News; refresh: () => void } {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const [counted, setCounted] = useState<number | null>(null);
  const [isMoved, setMoved] = useState(false);
  const live = useRef<ReturnType<typeof rowPatcher> | null>(null);
  useEffect(() => {
    setCounted(null);
    setMoved(false);
    live.current = rowPatcher({ client, workspace, query, orders, count: setCounted, moved: () => setMoved(true) });
    return () => live.current?.stop();
  }, [client, workspace, query, orders]);
  useChanges((change) => live.current?.take(change));
  const more = counted !== null && total !== null ? counted - total : 0;
  const refresh = () => {
    setCounted(null);
    setMoved(false);
    void refreshTable(client, workspace);
  };
  return { news: more === 0 && !isMoved ? NO_NEWS : { more, isMoved }, refresh };
}

type Patching = {
  client: QueryClient;
  workspace: string;
  query: RowQuery;
  orders: readonly Order[];
  count: (total: number) => void;
  moved: () => void;
};

function rowPatcher({ client, workspace, query, orders, count, moved }: Patching) {
  const queryKey = [...tableKey(workspace), "rows"];
  const changed = new Set<string>();
  const control = new AbortController();
  let patching: ReturnType<typeof setTimeout> | undefined;
  let counting: ReturnType<typeof setTimeout> | undefined;

  const shown = () => client.getQueriesData<PageAnswer>({ queryKey, type: "active" }).map(([, answer]) => answer);
  const patch = async () => {
    const pages = shown();
    const known = new Set(pages.flatMap((page) => page?.rows.map(({ run }) => run.run_id) ?? []));
    const ids = [...changed].filter((id) => known.has(id));
    changed.clear();
    // Pages that nobody looks at are asked for anew when somebody does.
    void client.invalidateQueries({ queryKey, type: "inactive", refetchType: "none" });
    if (ids.length > 0) {
      const tokens = [...new Set([...pages.flatMap((page) => page?.tokens ?? []), ...sortTokens(orders)])];
      const columns = tokens.map(columnOfToken).filter((column) => column !== null);
      const filter = { column: { field: "run_id" }, op: "in" as const, value: ids };
      const body = { columns, filter, limit: ids.length, offset: 0, include_children: true, archived: "with" as const };
      const answer = await queryTable(workspace, body, control.signal);
      const fresh = new Map(answer.rows.map((row) => [row.run.run_id, row]));
      if (isOrderLost(pages, fresh, tokens, orders)) moved();
      client.setQueriesData<PageAnswer>({ queryKey }, (old) => old && patched(old, fresh, tokens));
      void client.invalidateQueries({ queryKey: [...tableKey(workspace), "values"] });
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
  const quietly = (work: () => Promise<void>) => () => void work().catch(clear);
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
      if (change.noun === "run" || query.filter !== undefined) counting ??= setTimeout(quietly(recount), RECOUNT_MS);
    },
    stop: () => {
      control.abort();
      clearTimeout(patching);
      clearTimeout(counting);
    },
  };
}

const sortTokens = (orders: readonly Order[]): string[] =>
  orders.flatMap(({ column }) => ("metric" in column ? [columnToken(column)] : []));

function patched(page: PageAnswer, fresh: ReadonlyMap<string, TableRow>, tokens: readonly string[]): PageAnswer {
  if (!page.rows.some(({ run }) => fresh.has(run.run_id))) return page;
  const rows = page.rows.map((row) => {
    const now = fresh.get(row.run.run_id);
    if (!now) return row;
    return { run: now.run, values: page.tokens.map((token) => now.values[tokens.indexOf(token)] ?? null) };
  });
  return { ...page, rows };
}

/** Whether a value that the table is sorted by has changed in a row that is shown. */
export function isOrderLost(
  pages: readonly (PageAnswer | undefined)[],
  fresh: ReadonlyMap<string, TableRow>,
  tokens: readonly string[],
  orders: readonly Order[],
): boolean {
  const valueIn = (row: TableRow, have: readonly string[], column: Column) =>
    "metric" in column ? row.values[have.indexOf(columnToken(column))] : valueOfRun(row.run, column);
  return pages.some((page) =>
    page?.rows.some((row) => {
      const now = fresh.get(row.run.run_id);
      if (!now) return false;
      return orders.some(({ column }) => {
        const was = valueIn(row, page.tokens, column);
        return was !== undefined && was !== valueIn(now, tokens, column);
      });
    }),
  );
}
