/** Charts over several runs: what they say, and which ones there are before anybody makes some. */

import type { Column, Series, Summary } from "@/api/types";
import { numberColumns, usualLook } from "@/chart/kinds";
import { columnTitle } from "@/pages/table/columns";

export type Metric = { metric: string; column: string };

/**
 * `lines`: values along x, one line per run and metric. `bars` and `scatter`: one value per run and metric, by run or over another
 * value of the run. `parallel`: a line per run through several values of it.
 */
export type TileKind = "lines" | "bars" | "scatter" | "parallel";
export const TILE_KINDS: readonly TileKind[] = ["lines", "bars", "scatter", "parallel"];

/** `each`: a line per run; `all`: one for all runs; or one per value of a column. */
export type Grouping = "each" | "all" | Column;
export type BandOf = "range" | "deviation";

export type Tile = {
  id: string;
  kind: TileKind;
  /** What it is called by somebody; "" for what it shows. */
  title: string;
  metrics: readonly Metric[];
  /** Of lines: step, index, time, elapsed, or a column of the series. */
  x: string;
  /** Of lines: another metric on x, step for step, in the place of `x`. */
  over: Metric | null;
  /** Of scatter: what is on x. */
  against: Column | null;
  of: Summary;
  grouping: Grouping;
  band: BandOf;
  logX: boolean;
  logY: boolean;
  /** Of parallel: the axes before those of the metrics. */
  columns: readonly Column[];
};

export const newTile = (change: Partial<Tile> & Pick<Tile, "id">): Tile => ({
  kind: "lines",
  title: "",
  metrics: [],
  x: "step",
  over: null,
  against: null,
  of: "last",
  grouping: "each",
  band: "range",
  logX: false,
  logY: false,
  columns: [],
  ...change,
});

export const metricTitle = ({ metric, column }: Metric): string => (column === "" ? metric : `${metric}.${column}`);

export const metricKey = ({ metric, column }: Metric): string => JSON.stringify([metric, column]);

export const sameMetric = (a: Metric, b: Metric): boolean => a.metric === b.metric && a.column === b.column;

/** Its own title, or what it shows. */
export function tileTitle(tile: Tile): string {
  if (tile.title) return tile.title;
  const names = tile.metrics.map(metricTitle).join(", ");
  if (tile.kind === "parallel") return [...tile.columns.map(columnTitle), ...tile.metrics.map(metricTitle)].join(" – ");
  if (tile.kind === "lines")
    return `${names}${tile.over ? ` over ${metricTitle(tile.over)}` : ""}${groupingTitle(tile)}`;
  return `${names} (${tile.of})${tile.kind === "scatter" && tile.against ? ` over ${columnTitle(tile.against)}` : ""}`;
}

function groupingTitle({ grouping }: Tile): string {
  if (grouping === "each") return "";
  return grouping === "all" ? ": mean of the runs" : `: mean by ${columnTitle(grouping)}`;
}

/** Every metric that the tile needs to know of. */
export const metricsOf = (tile: Tile): readonly Metric[] =>
  tile.kind === "lines" && tile.over ? [...tile.metrics, tile.over] : tile.metrics;

/** One chart per number column that any run has: lines where some run has many values, else a bar per run. */
export function usualTiles(runs: readonly (readonly Series[])[]): Tile[] {
  const found = new Map<string, Tile>();
  for (const series of runs.flat()) {
    if (series.artifacts !== null) continue;
    const onX = usualLook(series) === "curve" ? numberColumns(series)[0]?.name : undefined;
    for (const { name } of numberColumns(series)) {
      if (name === onX) continue;
      const metric = { metric: series.name, column: name };
      const id = metricKey(metric);
      const isMany = series.count > 1 || found.get(id)?.kind === "lines";
      found.set(id, newTile({ id, metrics: [metric], kind: isMany ? "lines" : "bars", x: onX ?? "step" }));
    }
  }
  return [...found.values()].sort((a, b) => tileTitle(a).localeCompare(tileTitle(b), undefined, { numeric: true }));
}

/** The runs' own series for a metric; undefined where a run has none. */
export const seriesFor = (series: readonly Series[] | undefined, { metric, column }: Metric): Series | undefined =>
  series?.find((each) => each.name === metric && each.columns.some((known) => known.name === column));
