/** What the loaded rows tell about the columns one may choose from. */

import { useCallback, useMemo, useState } from "react";
import { useSummaries } from "@/api/metrics";
import type { Column } from "@/api/types";
import { FIELDS, type MetricName, metricsUsed, namesUsed } from "./columns";
import type { Rows } from "./rows";

const RUNS_LOOKED_AT = 20;
// A few of the newest runs tell which metrics there are: 20 runs with 500 metrics each would be 6 MB and seconds.
const RUNS_ASKED = [0, 1, 4, 9, 19];

export type Choices = { metrics: readonly MetricName[]; tags: readonly string[]; properties: readonly string[] };

/** Choices, the number of rows, and the way for the table to tell about its rows. */
export function useChoices(): { choices: Choices; total: number | null; noteRows: (rows: Rows) => void } {
  const [noted, setNoted] = useState(NO_ROWS);
  const noteRows = useCallback((rows: Rows) => setNoted((known) => notedRows(known, rows)), []);
  const summaries = useSummaries(noted.ids);
  const metrics = useMemo(() => metricsUsed(Object.values(summaries.data ?? {})), [summaries.data]);
  const choices = useMemo(
    () => ({ metrics, tags: noted.tags, properties: noted.properties }),
    [metrics, noted.tags, noted.properties],
  );
  return { choices, total: noted.total, noteRows };
}

/** Every column that a condition can be about. */
export const conditionColumns = ({ metrics, tags, properties }: Choices): Column[] => [
  ...metrics.flatMap(({ metric, column, isNumeric }) => {
    const summaries = isNumeric ? (["last", "min", "max", "mean", "first"] as const) : (["last"] as const);
    return summaries.map((of) => ({ metric, of, column }));
  }),
  ...tags.map((tag) => ({ tag })),
  ...properties.map((property) => ({ property })),
  ...FIELDS.map((field) => ({ field: field.name })),
];

type Noted = { ids: string[]; tags: string[]; properties: string[]; total: number | null };
const NO_ROWS: Noted = { ids: [], tags: [], properties: [], total: null };

/** What the toolbar wants to know of the rows; the same object as long as nothing of it changed. */
function notedRows(known: Noted, rows: Rows): Noted {
  const runs = Array.from({ length: RUNS_LOOKED_AT }, (_, index) => rows.rowAt(index)?.run).filter(
    (run) => run !== undefined,
  );
  const next: Noted = {
    // Scrolled far down the first rows are not at hand; what was known of them stays.
    ids: runs.length > 0 ? RUNS_ASKED.flatMap((index) => runs[index]?.run_id ?? []) : known.ids,
    tags: runs.length > 0 ? namesUsed(runs, "tags") : known.tags,
    properties: runs.length > 0 ? namesUsed(runs, "properties") : known.properties,
    total: rows.total,
  };
  return JSON.stringify(next) === JSON.stringify(known) ? known : next;
}
