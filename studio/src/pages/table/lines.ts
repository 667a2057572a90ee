/** The lines of a run table from top to bottom: its runs, or groups with their runs below them. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useWorkspace } from "@/api/live";
import { queryGroups } from "@/api/runs";
import type { Cell, Column, Filter, Run, RunGroup } from "@/api/types";
import { columnToken, isNumeric } from "./columns";
import { type LoadedPages, PAGE_ROWS, pageNumbers, type RowQuery, tableKey, usePages } from "./rows";
import type { View } from "./views";

export const MOST_GROUPS = 1000;

export type Line =
  | { kind: "run"; run: Run | undefined; index: number }
  | { kind: "group"; group: RunGroup; key: string; figures: ReadonlyMap<string, Cell> };

/** What is in view: lines from first to last, columns from left to right. */
export type Range = { first: number; last: number; left: number; right: number };
export const NOTHING_IN_VIEW: Range = { first: 0, last: 0, left: 0, right: 0 };

export type Lines = {
  /** Lines; null before the first answer. */
  count: number | null;
  /** Runs of the table, whether their group is open or not. */
  total: number | null;
  groupTotal: number | null;
  lineAt: (index: number) => Line;
  cellOf: LoadedPages["cellOf"];
  /** Another question is being asked; what is shown still answers the last one. */
  isOld: boolean;
  error: unknown;
};

/** One line per run. */
export function useRunLines(query: RowQuery, range: Range, metrics: readonly Column[]): Lines {
  const head = usePages([{ query, number: 0 }], metrics);
  const [shown, setShown] = useState(query);
  const answered = head.answers[0] !== undefined;
  if (answered && shown !== query) setShown(query);
  const numbers = pageNumbers(range.first, range.last);
  const pages = usePages(
    numbers.map((number) => ({ query: shown, number })),
    metrics,
  );
  const total = (shown === query ? head.answers[0]?.total : undefined) ?? pages.answers.find(Boolean)?.total ?? null;
  return {
    count: total,
    total,
    groupTotal: null,
    lineAt: (index) => {
      const place = numbers.indexOf(Math.floor(index / PAGE_ROWS));
      return { kind: "run", run: pages.answers[place]?.rows[index % PAGE_ROWS]?.run, index };
    },
    cellOf: pages.cellOf,
    isOld: !answered && shown !== query,
    error: head.error ?? pages.error,
  };
}

type Stretch = { start: number; group: RunGroup; key: string; isOpen: boolean };

/** A line per group, and below those of `open` a line per run. */
export function useGroupLines(
  query: RowQuery,
  view: Pick<View, "by" | "figure" | "orders">,
  open: ReadonlySet<string>,
  range: Range,
  { columns, metrics }: { columns: readonly Column[]; metrics: readonly Column[] },
): Lines {
  const answer = useGroups(query, view, columns);
  const stretches = useMemo(() => stretchesOf(answer.data?.groups ?? [], open), [answer.data, open]);
  const last = stretches.at(-1);
  const count = answer.data ? (last ? last.start + 1 + (last.isOpen ? last.group.run_count : 0) : 0) : null;
  const wanted = stretches
    .filter(({ start, group, isOpen }) => isOpen && start <= range.last && start + group.run_count >= range.first)
    .flatMap(({ start, group }) => {
      const from = Math.max(0, range.first - start - 1);
      const to = Math.min(group.run_count - 1, range.last - start - 1);
      const inGroup = { ...query, filter: groupFilter(query.filter, view.by, group.values) };
      return to < 0 ? [] : pageNumbers(from, to).map((number) => ({ start, page: { query: inGroup, number } }));
    });
  const pages = usePages(
    wanted.map(({ page }) => page),
    metrics,
  );
  const lineAt = (index: number): Line => {
    const stretch = stretches[placeOf(stretches, index)];
    if (stretch === undefined) return { kind: "run", run: undefined, index };
    const { start, group, key } = stretch;
    if (index === start) return { kind: "group", group, key, figures: figuresOf(group, columns) };
    const within = index - start - 1;
    const number = Math.floor(within / PAGE_ROWS);
    const place = wanted.findIndex((each) => each.start === start && each.page.number === number);
    return { kind: "run", run: pages.answers[place]?.rows[within % PAGE_ROWS]?.run, index };
  };
  return {
    count,
    total: answer.data?.run_count ?? null,
    groupTotal: answer.data?.total ?? null,
    lineAt,
    cellOf: pages.cellOf,
    isOld: answer.isPlaceholderData,
    error: answer.isLoadingError ? answer.error : pages.error,
  };
}

/** The columns that a group has a figure of, in the order in which they are asked. */
const figureColumns = (columns: readonly Column[]) => columns.filter(isNumeric).slice(0, 100);

function useGroups(query: RowQuery, view: Pick<View, "by" | "figure" | "orders">, columns: readonly Column[]) {
  const workspace = useWorkspace();
  const { sort: _, ...runs } = query;
  const figured = figureColumns(columns);
  const first = view.orders[0];
  const place = first ? figured.findIndex((column) => columnToken(column) === columnToken(first.column)) : -1;
  const isByGroup = first && columnToken(first.column) === columnToken(view.by[0] ?? { field: "" });
  const body = {
    ...runs,
    by: [...view.by],
    figures: figured.map((column) => ({ column, of: view.figure })),
    order: place >= 0 ? place : isByGroup ? ("values" as const) : first ? ("count" as const) : ("values" as const),
    descending: first?.descending ?? false,
    limit: MOST_GROUPS,
    offset: 0,
  };
  return useQuery({
    queryKey: [...tableKey(workspace), "groups", JSON.stringify(body)],
    queryFn: ({ signal }) => queryGroups(workspace, body, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const figuresOf = (group: RunGroup, columns: readonly Column[]): ReadonlyMap<string, Cell> =>
  new Map(figureColumns(columns).map((column, place) => [columnToken(column), group.figures[place] ?? null]));

function stretchesOf(groups: readonly RunGroup[], open: ReadonlySet<string>): Stretch[] {
  let start = 0;
  return groups.map((group) => {
    const key = JSON.stringify(group.values);
    const stretch = { start, group, key, isOpen: open.has(key) };
    start += 1 + (stretch.isOpen ? group.run_count : 0);
    return stretch;
  });
}

/** The last stretch that begins at or before a line. */
function placeOf(stretches: readonly Stretch[], index: number): number {
  let low = 0;
  let high = stretches.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((stretches[middle]?.start ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The filter of the runs of one group. */
export function groupFilter(filter: Filter | undefined, by: readonly Column[], values: readonly Cell[]): Filter {
  const same = by.map((column, place): Filter => {
    const value = values[place] ?? null;
    if (value !== null) return { column, op: "=", value };
    if (isNumeric(column)) return { column, op: "exists", value: false };
    // A tag without a value is there, too; every other text contains at least nothing.
    return { not: { column, op: "contains", value: "" } };
  });
  return { and: filter === undefined ? same : [filter, ...same] };
}
