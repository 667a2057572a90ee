/** The numbers of a chart's lines, row by row. */

import type { PlotLine } from "./lines";

export type ValueRows = { titles: string[]; rows: { x: number; ys: (number | null)[] }[] };

/** A row per x that any line has, a column per line; infinities are back in their places. Of a smoothed line both are told. */
export function valueRows(lines: readonly PlotLine[]): ValueRows {
  const told = lines.filter((line) => line.role !== "guide");
  const byX = new Map<number, (number | null)[]>();
  const rows: ValueRows["rows"] = [];
  const isOne = told.length === 1;
  const rowAt = (x: number) => {
    const known = isOne ? undefined : byX.get(x);
    if (known) return known;
    const ys = Array<number | null>(told.length).fill(null);
    byX.set(x, ys);
    rows.push({ x, ys });
    return ys;
  };
  told.forEach((line, column) => {
    const infinite = new Map(line.infinite?.map(({ x, sign }) => [x, sign * Number.POSITIVE_INFINITY]));
    line.xs.forEach((x, index) => {
      rowAt(x)[column] = line.ys[index] ?? infinite.get(x) ?? null;
    });
  });
  if (!isOne) rows.sort((a, b) => a.x - b.x);
  return { titles: told.map((line) => (line.role === "faint" ? `${line.label} (raw)` : line.label)), rows };
}
