/** Charts over several runs: what they say, and which ones there are before anybody makes some. */

import type { Column, Series, Summary } from "@/api/types";
import { numberColumns, usualLook } from "@/chart/kinds";
import { columnTitle } from "@/pages/table/columns";
import { charts } from "@/texts/charts";
import { dashboard, drawn as texts } from "@/texts/compare";

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
  /** Of lines and bars: which runs are put together; of those, what is shown around their mean. */
  grouping: Grouping;
  band: BandOf;
  /** Of scatter: what is on x. */
  against: Column | null;
  of: Summary;
  logX: boolean;
  logY: boolean;
  /** Values of a run besides its metrics, before them: on y, or an axis each. Lines have none. */
  columns: readonly Column[];
  /** What gives runs their colours; null: each has its own. */
  color: Column | null;
  /** As wide as two. */
  isWide: boolean;
};

/** What may be on x of lines, by name. */
export const AXES: Readonly<Record<string, string>> = { ...charts.axes, ...dashboard.axes };

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
  color: null,
  isWide: false,
  ...change,
});

export const metricTitle = ({ metric, column }: Metric): string => (column === "" ? metric : `${metric}.${column}`);

export const metricKey = ({ metric, column }: Metric): string => JSON.stringify([metric, column]);

export const sameMetric = (a: Metric, b: Metric): boolean => a.metric === b.metric && a.column === b.column;

/** Its own title, or what it shows. */
export function tileTitle(tile: Tile): string {
  if (tile.title) return tile.title;
  const metrics = tile.metrics.map(metricTitle);
  const columns = tile.columns.map(columnTitle);
  if (tile.kind === "parallel") return [...columns, ...metrics].join(" – ");
  if (tile.kind === "lines")
    return `${metrics.join(", ")}${tile.over ? texts.overTitle(metricTitle(tile.over)) : ""}${groupingTitle(tile)}`;
  const names = [...columns, ...metrics].join(", ") + (metrics.length > 0 ? ` (${tile.of})` : "");
  if (tile.kind === "bars") return names + groupingTitle(tile);
  return names + (tile.kind === "scatter" && tile.against ? texts.overTitle(columnTitle(tile.against)) : "");
}

/** What the tile has of each run, if it is one value each. */
export const valuesOf = (tile: Tile): Column[] => [
  ...tile.columns,
  ...tile.metrics.map(({ metric, column }): Column => ({ metric, of: tile.of, column })),
];

/** Whether there is anything to draw. */
export const isWhole = (tile: Tile): boolean =>
  tile.metrics.length > 0 || (tile.kind !== "lines" && tile.columns.length > 0);

/** Colours can say something only where each run is drawn, and lines and dots are not told apart by metric. */
export const canBeColored = (tile: Tile): boolean =>
  tile.kind === "lines" || tile.kind === "bars"
    ? tile.grouping === "each"
    : tile.kind !== "scatter" || tile.metrics.length + tile.columns.length === 1;

function groupingTitle({ grouping }: Tile): string {
  if (grouping === "each") return "";
  return grouping === "all" ? texts.meanTitle : texts.meanByTitle(columnTitle(grouping));
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
