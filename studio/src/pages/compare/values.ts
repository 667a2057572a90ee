/** Values of the runs that are compared, as the run table has them; and the runs grouped by one of them. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "@/api/keys";
import { useWorkspace } from "@/api/live";
import { queryTable } from "@/api/runs";
import type { Cell, Column } from "@/api/types";
import { formatCell, numberOf } from "@/parts/format";
import { drawn } from "@/texts/compare";
import type { ComparedRun } from "./ComparePanel";

export type RunValues = { run: ComparedRun; values: readonly (Cell | undefined)[] };

/** One row per run, in the order of `runs`, with a value per column; nothing is asked for without columns. */
export function useRunValues(runs: readonly ComparedRun[], columns: readonly Column[]) {
  const workspace = useWorkspace();
  const ids = runs.map(({ run }) => run.run_id);
  const answer = useQuery({
    queryKey: [...keys.runValues(workspace), ids, columns],
    queryFn: ({ signal }) => {
      const filter = { column: { field: "run_id" }, op: "in" as const, value: ids };
      const body = { columns: [...columns], filter, limit: Math.max(1, ids.length), offset: 0, include_children: true };
      return queryTable(workspace, body, signal);
    },
    enabled: ids.length > 0 && columns.length > 0,
    placeholderData: keepPreviousData,
  });
  const rows = useMemo((): RunValues[] => {
    const byId = new Map(answer.data?.rows.map((row) => [row.run.run_id, row.values]));
    return runs.map((run) => ({ run, values: byId.get(run.run.run_id) ?? [] }));
  }, [answer.data, runs]);
  return { rows, isThere: answer.data !== undefined, error: answer.isLoadingError ? answer.error : null };
}

export type RunGroup = { name: string; runs: readonly ComparedRun[] };

/** Runs by their first value: numbers in order, then words. */
export function grouped(rows: readonly RunValues[]): RunGroup[] {
  const found = new Map<string, ComparedRun[]>();
  for (const { run, values } of rows) {
    const name = formatCell(values[0]) || drawn.noValue;
    const known = found.get(name);
    if (known) known.push(run);
    else found.set(name, [run]);
  }
  return [...found]
    .map(([name, runs]) => ({ name, runs }))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

/** The number a cell stands for; tags, properties and parameters are text, also where they hold numbers. */
export function placeOf(cell: Cell | undefined): number | null {
  if (typeof cell === "string" && cell.trim() !== "" && Number.isFinite(Number(cell))) return Number(cell);
  return numberOf(cell);
}
