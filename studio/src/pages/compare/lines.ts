/** The lines of a chart over several runs. */

import type { Band } from "@/api/charts";
import type { Cell, Run } from "@/api/types";
import type { PlotLine } from "@/chart/lines";
import { type Curve, fromStart, isAscending } from "@/chart/points";
import { smoothed } from "@/chart/smoothing";
import { numberOf } from "@/parts/format";
import { drawn as texts } from "@/texts/compare";
import type { Coloring } from "./colors";
import { type Metric, metricTitle, sameMetric, type Tile } from "./tiles";

export type Drawn = { run: Run; position: number; metric: Metric; curve: Curve };

/** A line per run and metric. Colours belong to runs as long as there is one metric, else to run and metric. */
export function comparedLines(
  tile: Tile,
  drawn: readonly Drawn[],
  smoothing: number,
  paintOf: Coloring["paintOf"] = () => undefined,
): PlotLine[] {
  const placed = drawn.map((each) => (tile.x === "elapsed" ? { ...each, curve: sinceStart(each) } : each));
  return placed.flatMap(({ run, position, metric, curve }): PlotLine[] => {
    const isOne = tile.metrics.length === 1;
    const nth = tile.metrics.findIndex((each) => sameMetric(each, metric));
    const index = isOne ? position : position * tile.metrics.length + nth;
    const label = isOne ? run.display_name : `${run.display_name} · ${metricTitle(metric)}`;
    const { xs, ys, infinite, nans } = curve;
    const isOrdered = !isAscending(xs);
    const paint = paintOf(run.run_id);
    const line: PlotLine = { label, index, paint, xs, ys, infinite, nans, isOrdered };
    if (smoothing <= 0 || isOrdered) return [line];
    return [
      { ...line, role: "faint" },
      { label, index, paint, xs, ys: smoothed(xs, ys, smoothing) },
    ];
  });
}

function sinceStart({ run, curve }: Drawn): Curve {
  const start = run.started_at === null ? curve.xs[0] : Date.parse(run.started_at);
  return fromStart(curve, start ?? 0);
}

/** The values of one metric over those of another at the same step (or position), in the order of the steps. */
export function overMetric(metrics: readonly Metric[], over: Metric, all: readonly Drawn[]): Drawn[] {
  return all.flatMap((drawn): Drawn[] => {
    if (!metrics.some((metric) => sameMetric(metric, drawn.metric))) return [];
    const below = all.find((each) => each.run === drawn.run && sameMetric(each.metric, over));
    if (!below) return [];
    const places = new Map(below.curve.xs.map((step, at) => [step, below.curve.ys[at] ?? null]));
    const points = drawn.curve.xs.flatMap((step, at) => {
      const x = places.get(step) ?? null;
      return x === null ? [] : [{ x, y: drawn.curve.ys[at] ?? null }];
    });
    return [{ ...drawn, curve: { xs: points.map(({ x }) => x), ys: points.map(({ y }) => y), infinite: [] } }];
  });
}

/** A mean with what lies around it: a filled band, and the mean in it; smoothed, the raw mean stays. */
export function bandLines(name: string, index: number, band: Band, of: Tile["band"], smoothing: number): PlotLine[] {
  const xs = band.x;
  const numbers = (cells: readonly Cell[]) =>
    cells.map((cell) => {
      const value = numberOf(cell);
      return value !== null && Number.isFinite(value) ? value : null;
    });
  const mean = numbers(band.mean);
  const deviation = numbers(band.deviation);
  const around = (sign: number) => mean.map((y, at) => (y === null ? null : y + sign * (deviation[at] ?? 0)));
  const isRange = of === "range";
  const edges: PlotLine[] = [
    {
      label: isRange ? texts.lowest(name) : texts.lessDeviation(name),
      index,
      xs,
      ys: isRange ? numbers(band.low) : around(-1),
      role: "low",
    },
    {
      label: isRange ? texts.highest(name) : texts.moreDeviation(name),
      index,
      xs,
      ys: isRange ? numbers(band.high) : around(1),
      role: "high",
    },
  ];
  const line: PlotLine = { label: texts.mean(name), index, xs, ys: mean };
  if (smoothing <= 0) return [...edges, line];
  return [...edges, { ...line, role: "faint" }, { ...line, ys: smoothed(xs, mean, smoothing) }];
}
