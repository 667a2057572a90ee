/** Charts over several runs: what they say, and which ones there are before anybody makes some. */

import type { Cell, Column, Run, Series, Summary } from "@/api/types";
import { numberColumns, usualLook } from "@/chart/kinds";
import type { PlotLine } from "@/chart/lines";
import { type Curve, fromStart, isAscending, spread } from "@/chart/points";
import { smoothed } from "@/chart/smoothing";
import { columnTitle } from "@/pages/table/columns";
import { numberOf } from "@/parts/format";

export type Metric = { metric: string; column: string };

/** `lines`: values along x, one line per run and metric. `points`: one value per run and metric. */
export type ChartSpec = {
  id: string;
  kind: "lines" | "points";
  metrics: Metric[];
  /** Of lines: step, index, time, elapsed. */
  x: string;
  /** Of lines: another metric on x, value for value, in the place of `x`. */
  over: Metric | null;
  /** Of points: what is on x; null for the number of the run. */
  against: Column | null;
  of: Summary;
  /** Of lines: mean, lowest and highest over all runs, in the place of one line per run. */
  isSpread: boolean;
  logY: boolean;
};

export const metricTitle = ({ metric, column }: Metric): string => (column === "" ? metric : `${metric}.${column}`);

export const metricKey = ({ metric, column }: Metric): string => JSON.stringify([metric, column]);

export const sameMetric = (a: Metric, b: Metric): boolean => a.metric === b.metric && a.column === b.column;

export function specTitle(spec: ChartSpec): string {
  const names = spec.metrics.map(metricTitle).join(", ");
  const over = spec.over ? ` over ${metricTitle(spec.over)}` : "";
  if (spec.kind === "lines") return names + over + (spec.isSpread ? ": mean of the runs" : "");
  return `${names} (${spec.of})${spec.against ? ` over ${columnTitle(spec.against)}` : ""}`;
}

export const newSpec = (change: Partial<ChartSpec> & Pick<ChartSpec, "id">): ChartSpec => ({
  kind: "lines",
  metrics: [],
  x: "step",
  over: null,
  against: null,
  of: "last",
  isSpread: false,
  logY: false,
  ...change,
});

/** One chart per number column that any run has: lines where some run has many values, else a point per run. */
export function usualSpecs(runs: readonly (readonly Series[])[]): ChartSpec[] {
  const found = new Map<string, ChartSpec>();
  for (const series of runs.flat()) {
    if (series.artifacts !== null) continue;
    const onX = usualLook(series) === "curve" ? numberColumns(series)[0]?.name : undefined;
    for (const { name } of numberColumns(series)) {
      if (name === onX) continue;
      const metric = { metric: series.name, column: name };
      const id = JSON.stringify(metric);
      const isMany = series.count > 1 || found.get(id)?.kind === "lines";
      found.set(id, newSpec({ id, metrics: [metric], kind: isMany ? "lines" : "points", x: onX ?? "step" }));
    }
  }
  return [...found.values()].sort((a, b) => a.kind.localeCompare(b.kind) || specTitle(a).localeCompare(specTitle(b)));
}

/** The runs' own series for a metric; undefined where a run has none. */
export const seriesFor = (series: readonly Series[] | undefined, { metric, column }: Metric): Series | undefined =>
  series?.find((each) => each.name === metric && each.columns.some((known) => known.name === column));

export type Drawn = { run: Run; position: number; metric: Metric; curve: Curve };

/** The lines of a `lines` chart. Colours belong to runs as long as there is one metric, else to run and metric. */
export function comparedLines(spec: ChartSpec, drawn: readonly Drawn[], smoothing: number): PlotLine[] {
  const placed = drawn.map((each) => (spec.x === "elapsed" ? { ...each, curve: sinceStart(each) } : each));
  if (spec.isSpread) return spec.metrics.flatMap((metric, index) => spreadLines(metric, index, placed));
  return placed.flatMap(({ run, position, metric, curve }): PlotLine[] => {
    const isOne = spec.metrics.length === 1;
    const nth = spec.metrics.findIndex((each) => sameMetric(each, metric));
    const index = isOne ? position : position * spec.metrics.length + nth;
    const label = isOne ? run.display_name : `${run.display_name} · ${metricTitle(metric)}`;
    const isOrdered = !isAscending(curve.xs);
    const line: PlotLine = { label, index, xs: curve.xs, ys: curve.ys, infinite: curve.infinite, isOrdered };
    if (smoothing <= 0 || isOrdered) return [line];
    return [
      { ...line, role: "faint" },
      { label, index, xs: curve.xs, ys: smoothed(curve.xs, curve.ys, smoothing) },
    ];
  });
}

/** The first value of one metric over the first of the other, the second over the second, and so on. */
export function overMetric(metrics: readonly Metric[], over: Metric, all: readonly Drawn[]): Drawn[] {
  return all.flatMap((drawn): Drawn[] => {
    if (!metrics.some((metric) => sameMetric(metric, drawn.metric))) return [];
    const below = all.find((each) => each.run === drawn.run && sameMetric(each.metric, over));
    if (!below) return [];
    const places = new Map(below.curve.xs.map((index, at) => [index, below.curve.ys[at] ?? null]));
    const points = drawn.curve.xs.flatMap((index, at) => {
      const x = places.get(index) ?? null;
      return x === null ? [] : [{ x, y: drawn.curve.ys[at] ?? null }];
    });
    return [{ ...drawn, curve: { xs: points.map(({ x }) => x), ys: points.map(({ y }) => y), infinite: [] } }];
  });
}

function sinceStart({ run, curve }: Drawn): Curve {
  const start = run.started_at === null ? curve.xs[0] : Date.parse(run.started_at);
  return fromStart(curve, start ?? 0);
}

function spreadLines(metric: Metric, index: number, drawn: readonly Drawn[]): PlotLine[] {
  const band = spread(drawn.filter((each) => sameMetric(each.metric, metric)).map((each) => each.curve));
  const title = metricTitle(metric);
  return [
    { label: `${title}, lowest`, index, xs: band.xs, ys: band.low, role: "low" },
    { label: `${title}, highest`, index, xs: band.xs, ys: band.high, role: "high" },
    { label: `${title}, mean`, index, xs: band.xs, ys: band.middle },
  ];
}

export type PointRow = { position: number; x: Cell | undefined; ys: readonly (Cell | undefined)[] };

/** The lines of a `points` chart: over a number on x joined from left to right, else a dot per run. */
export function pointLines(spec: ChartSpec, rows: readonly PointRow[]): PlotLine[] {
  return spec.metrics.map((metric, index): PlotLine => {
    const points = rows
      .map(({ position, x, ys }) => ({ x: spec.against === null ? position + 1 : placeOf(x), y: numberOf(ys[index]) }))
      .filter(
        (point): point is { x: number; y: number } => point.x !== null && Number.isFinite(point.x) && point.y !== null,
      )
      .sort((a, b) => a.x - b.x);
    return {
      label: metricTitle(metric),
      index,
      xs: points.map(({ x }) => x),
      ys: points.map(({ y }) => (Number.isFinite(y) ? y : null)),
      infinite: points
        .filter(({ y }) => Math.abs(y) === Number.POSITIVE_INFINITY)
        .map(({ x, y }) => ({ x, sign: y > 0 ? 1 : -1 })),
      ...(spec.against === null ? { role: "dots" as const } : {}),
    };
  });
}

/** Tags and properties are text, also where they hold numbers. */
function placeOf(cell: Cell | undefined): number | null {
  if (typeof cell === "string" && cell.trim() !== "" && Number.isFinite(Number(cell))) return Number(cell);
  return numberOf(cell);
}
