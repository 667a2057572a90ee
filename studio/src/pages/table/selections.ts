/** Which runs are selected: these, or all of the table but these. */

import type { BulkStep, RunQuery } from "@/api/types";
import type { RowQuery } from "./rows";

export type Selection = { isAll: boolean; ids: ReadonlySet<string> };

export const NOTHING_SELECTED: Selection = { isAll: false, ids: new Set() };
export const EVERYTHING_SELECTED: Selection = { isAll: true, ids: new Set() };
// As many ids as the server takes in one comparison.
export const MOST_LEFT_OUT = 1000;

export const isSelected = ({ isAll, ids }: Selection, runId: string): boolean => ids.has(runId) !== isAll;

export const selectedCount = ({ isAll, ids }: Selection, total: number): number =>
  isAll ? Math.max(0, total - ids.size) : ids.size;

/** The selection with these runs in it, or out of it. */
export function selecting(selection: Selection, runIds: readonly string[], isWanted: boolean): Selection {
  const ids = new Set(selection.ids);
  for (const runId of runIds) {
    if (isWanted !== selection.isAll) ids.add(runId);
    else ids.delete(runId);
  }
  return { isAll: selection.isAll, ids };
}

/** Of a table's question, that which says which runs there are. */
export function runsOf({ sort: _, ...query }: RowQuery): RunQuery {
  return query;
}

/** The question that finds the selected runs; null where they are known by their ids. */
export function selectedQuery({ isAll, ids }: Selection, query: RowQuery): RunQuery | null {
  if (!isAll) return null;
  const runs = runsOf(query);
  if (ids.size === 0) return runs;
  const others = { not: { column: { field: "run_id" }, op: "in" as const, value: [...ids] } };
  return { ...runs, filter: runs.filter === undefined ? others : { and: [runs.filter, others] } };
}

/** An action on the selected runs, which have to be as many as the user has seen. */
export function stepOf(
  selection: Selection,
  query: RowQuery,
  total: number,
  action: Pick<BulkStep, "action" | "tags" | "remove_tags">,
): BulkStep {
  const found = selectedQuery(selection, query);
  if (found === null) return { ...action, run_ids: [...selection.ids] };
  return { ...action, query: found, expected: selectedCount(selection, total) };
}
