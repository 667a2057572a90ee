/** The rows of a run table: loaded by pages, with metric values beside them, patched in place while runs go on. */

import { type QueryClient, useQueries } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { firstLoadingError } from "@/api/client";
import { keys } from "@/api/keys";
import { useWorkspace } from "@/api/live";
import { queryTable, type TableAnswer } from "@/api/runs";
import type { Cell, Column, Run, TableQuery } from "@/api/types";
import { columnToken, valueOfRun } from "./columns";

export const PAGE_ROWS = 100;
/** Metric columns in one request. */
export const BLOCK_COLUMNS = 50;

/** The question without its columns: what is shown of a run does not change which runs there are. */
export type RowQuery = Omit<TableQuery, "limit" | "offset" | "columns">;
export type Page = { query: RowQuery; number: number };
/** An answer, and which metric columns its values are of. */
export type PageAnswer = TableAnswer & { tokens: readonly string[] };
type BlockAnswer = { tokens: readonly string[]; values: ReadonlyMap<string, readonly Cell[]> };

export const tableKey = (workspace: string) => keys.table(workspace);
export const pageKey = (workspace: string, { query, number }: Page) => [
  ...tableKey(workspace),
  "rows",
  JSON.stringify(query),
  number,
];

export const pageOptions = (workspace: string, page: Page, metrics: readonly Column[]) => ({
  queryKey: pageKey(workspace, page),
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<PageAnswer> => {
    const columns = metrics.slice(0, BLOCK_COLUMNS);
    const body = { ...page.query, columns, limit: PAGE_ROWS, offset: page.number * PAGE_ROWS };
    return { ...(await queryTable(workspace, body, signal)), tokens: columns.map(columnToken) };
  },
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 60_000,
});

/** Values of metric columns that a page was not asked for, of the runs that it has. */
const blockOptions = (workspace: string, page: Page, ids: readonly string[], columns: readonly Column[]) => ({
  queryKey: [...tableKey(workspace), "values", ids.join(), columns.map(columnToken).join()],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<BlockAnswer> => {
    const filter = { column: { field: "run_id" }, op: "in" as const, value: ids };
    const wanted = { filter, columns: [...columns], limit: ids.length, offset: 0, include_children: true };
    const answer = await queryTable(workspace, { ...wanted, archived: page.query.archived ?? "without" }, signal);
    return {
      tokens: columns.map(columnToken),
      values: new Map(answer.rows.map(({ run, values }) => [run.run_id, values])),
    };
  },
  enabled: ids.length > 0,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 60_000,
});

export type LoadedPages = {
  answers: readonly (PageAnswer | undefined)[];
  error: unknown;
  isFetching: boolean;
  /** The value of a column; undefined as long as it is on its way. */
  cellOf: (run: Run, column: Column) => Cell | undefined;
};

/** These pages, with the values of the metric columns that are in view. */
export function usePages(pages: readonly Page[], metrics: readonly Column[]): LoadedPages {
  const workspace = useWorkspace();
  // More columns are no new question: pages that are there keep their rows, and the new values come beside them.
  const found = useQueries({ queries: pages.map((page) => pageOptions(workspace, page, metrics)) });
  const answers = found.map(({ data }) => data);
  const blocks = useQueries({
    queries: pages.flatMap((page, place) => {
      const answer = answers[place];
      const missing = answer ? metrics.filter((column) => !answer.tokens.includes(columnToken(column))) : [];
      const ids = answer?.rows.map(({ run }) => run.run_id) ?? [];
      return chunks(missing, BLOCK_COLUMNS).map((some) => blockOptions(workspace, page, ids, some));
    }),
  });
  const stamps = [...found, ...blocks].map(({ dataUpdatedAt }) => dataUpdatedAt).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamps stand for the answers
  const cells = useMemo(
    () =>
      cellsOf(
        answers,
        blocks.map(({ data }) => data).filter((block) => block !== undefined),
      ),
    [stamps],
  );
  const cellOf = useCallback(
    (run: Run, column: Column) => {
      const told = valueOfRun(run, column);
      return told === undefined ? cells.get(run.run_id)?.get(columnToken(column)) : told;
    },
    [cells],
  );
  return {
    answers,
    error: firstLoadingError(...found, ...blocks),
    isFetching: found.some(({ isFetching }) => isFetching),
    cellOf,
  };
}

type Cells = Map<string, Map<string, Cell>>;

function cellsOf(pages: readonly (PageAnswer | undefined)[], blocks: readonly BlockAnswer[]): Cells {
  const cells: Cells = new Map();
  const put = (runId: string, tokens: readonly string[], values: readonly Cell[]) => {
    const row = cells.get(runId) ?? new Map<string, Cell>();
    tokens.forEach((token, place) => {
      row.set(token, values[place] ?? null);
    });
    cells.set(runId, row);
  };
  for (const { tokens, values } of blocks) for (const [runId, some] of values) put(runId, tokens, some);
  for (const page of pages) for (const { run, values } of page?.rows ?? []) put(run.run_id, page?.tokens ?? [], values);
  return cells;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

// So far beside what is in view, values are asked for before one gets there.
const NEAR_COLUMNS = 10;

/** The metric columns that are pinned or near those in view, in whole blocks: not every step aside is a new question. */
export function metricsNear(columns: readonly Column[], pinned: number, left: number, right: number): Column[] {
  return chunks(columns, BLOCK_COLUMNS)
    .filter((_, block) => {
      const first = block * BLOCK_COLUMNS;
      const isNear = first <= right + NEAR_COLUMNS && first + BLOCK_COLUMNS > left - NEAR_COLUMNS;
      return isNear || first < pinned;
    })
    .flat()
    .filter((column) => "metric" in column);
}

/** The numbers of the pages that rows from `first` to `last` are on. */
export function pageNumbers(first: number, last: number): number[] {
  const from = Math.floor(Math.max(0, first) / PAGE_ROWS);
  const to = Math.floor(Math.max(0, last) / PAGE_ROWS);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Asks anew for all that is shown of this table. */
export const refreshTable = (client: QueryClient, workspace: string) =>
  client.invalidateQueries({ queryKey: tableKey(workspace) });
