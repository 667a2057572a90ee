/** Values of several runs as one bar: their mean, and what lies around it. */

import { formatNumber } from "@/parts/format";
import type { BandOf } from "./tiles";
import { grouped, type RunValues } from "./values";

export type BarSpan = { low: number; high: number };
/** `span`: null of a single value, which has nothing around it. */
export type BarValue = { value: number | null; text: string; span: BarSpan | null; count: number };

/** The mean of those that are numbers, with their range or one standard deviation (of a sample) to each side. */
export function aggregate(values: readonly (number | null)[], around: BandOf): BarValue {
  const numbers = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const count = numbers.length;
  if (count === 0) return { value: null, text: "–", span: null, count };
  const mean = numbers.reduce((sum, value) => sum + value, 0) / count;
  const text = formatNumber(Number(mean.toPrecision(6)));
  if (count === 1) return { value: mean, text, span: null, count };
  if (around === "range")
    return { value: mean, text, span: { low: Math.min(...numbers), high: Math.max(...numbers) }, count };
  const deviation = Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  return { value: mean, text, span: { low: mean - deviation, high: mean + deviation }, count };
}

/** Rows by the value after the first `count`; with `all` they are one group of that name. */
export function groupedValues(rows: readonly RunValues[], count: number, all: string | null) {
  if (all !== null) return [{ name: all, runs: rows }];
  const byRun = new Map(rows.map((row) => [row.run, row]));
  return grouped(rows.map(({ run, values }) => ({ run, values: values.slice(count) }))).map(({ name, runs }) => ({
    name,
    runs: runs.flatMap((run) => byRun.get(run) ?? []),
  }));
}
