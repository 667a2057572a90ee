/** All values of metrics, one line per run and metric, over steps, time, or another metric. */

import { useQueries } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { useWorkspace } from "@/api/live";
import { type ChartQuery, pointsOptions } from "@/api/metrics";
import type { ChartPoints, Series } from "@/api/types";
import { xTitle } from "@/chart/kinds";
import type { Range, XKind } from "@/chart/lines";
import { pointsNote } from "@/chart/notes";
import { PlotFrame } from "@/chart/PlotFrame";
import { curveOf } from "@/chart/points";
import { useZoom } from "@/chart/zooms";
import { useKept } from "@/parts/kept";
import { useRoughWidth } from "@/parts/measures";
import { Problem } from "@/parts/Problem";
import { drawn as texts } from "@/texts/compare";
import type { ComparedRun } from "./ComparePanel";
import type { Coloring } from "./colors";
import { comparedLines, type Drawn, overMetric } from "./lines";
import type { Population } from "./runs";
import { type Metric, metricsOf, metricTitle, seriesFor, type Tile, tileTitle } from "./tiles";

export type ChartProps = {
  tile: Tile;
  runs: readonly ComparedRun[];
  summaries: Record<string, Series[]>;
  smoothing: number;
  coloring: Coloring;
  height: number;
  /** Of a table's runs: more than are drawn, perhaps. */
  population: Population | null;
};

type Wanted = ComparedRun & { metric: Metric; series: Series };

export const KINDS: Record<string, XKind> = { time: "time", elapsed: "elapsed", step: "whole", index: "whole" };
// To put one metric over another, all values of both are needed; the server sends up to four per pixel.
const JOINED_PIXELS = 2048;

export function CompareLines({ tile, runs, summaries, smoothing, coloring, height }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useRoughWidth(frame);
  const together = tile.over === null ? tile.x : metricTitle(tile.over);
  const [range, zoom] = useZoom(together);
  const wanted = useMemo(() => wantedSeries(tile, runs, summaries), [tile, runs, summaries]);
  const { points, error } = useCurves(tile, wanted, range, width);
  const drawn = useMemo(() => drawnCurves(tile, wanted, points), [tile, wanted, points]);
  const lines = useMemo(
    () => comparedLines(tile, drawn, smoothing, coloring.paintOf),
    [tile, drawn, smoothing, coloring],
  );
  const found = points.filter((each): each is ChartPoints => each !== undefined);
  const isCut = tile.over !== null && found.some((each) => each.shown < each.total);
  const x = onX(tile, wanted);
  const curves = drawn.map(({ curve }) => curve);
  const shown = tile.over === null ? found : [];
  return (
    <div ref={frame} className="series-chart" aria-busy={found.length < wanted.length && error === null}>
      {error !== null && <Problem error={error} />}
      <PlotFrame
        name={tileTitle(tile)}
        x={x}
        lines={lines}
        xKind={tile.over === null ? (KINDS[tile.x] ?? "number") : "number"}
        logX={isLogX(tile)}
        logY={tile.logY}
        together={together}
        range={range}
        zoom={zoom}
        height={height}
        label={texts.ofRuns(tileTitle(tile), runs.length)}
        note={
          isCut
            ? texts.tooManyOver(4 * JOINED_PIXELS)
            : pointsNote({ points: shown, curves, logX: isLogX(tile), logY: tile.logY, x })
        }
        withLegend={tile.metrics.length > 1}
      />
    </div>
  );
}

/** Time has no zero to count from. */
export const isLogX = (tile: Tile): boolean => tile.logX && (tile.over !== null || KINDS[tile.x] !== "time");

/** What is on x, in words. */
function onX(tile: Tile, wanted: readonly Wanted[]): string {
  if (tile.over !== null) return metricTitle(tile.over);
  const isWithoutSteps = wanted.length > 0 && wanted.every(({ series }) => series.low_step === null);
  return xTitle(tile.x === "step" && isWithoutSteps ? "index" : tile.x);
}

/** The series that the chart needs: those on y, and with `over` the one on x of each run. */
function wantedSeries(tile: Tile, runs: readonly ComparedRun[], summaries: Record<string, Series[]>): Wanted[] {
  return runs.flatMap(({ run, position }) =>
    metricsOf(tile).flatMap((metric): Wanted[] => {
      const series = seriesFor(summaries[run.run_id], metric);
      return series ? [{ run, position, metric, series }] : [];
    }),
  );
}

function useCurves(tile: Tile, wanted: readonly Wanted[], range: Range | null, width: number) {
  const workspace = useWorkspace();
  const joined = wanted.every(({ series }) => series.low_step !== null) ? "step" : "index";
  const answers = useQueries({
    queries: wanted.map((each) => ({
      ...pointsOptions(
        workspace,
        each.run.run_id,
        questionOf(tile, each, range, width || 1, joined),
        each.series.count,
      ),
      enabled: width > 0,
    })),
    combine: (results) => ({
      points: results.map((result) => result.data),
      error: results.find((result) => result.isLoadingError)?.error ?? null,
    }),
  });
  const x = tile.over === null ? `${tile.x} ${tile.logX}` : joined;
  const names = wanted.map(({ run, metric }) => JSON.stringify([x, run.run_id, metric]));
  return { points: useKept(names, answers.points), error: answers.error };
}

/** A series without steps is shown by position; elapsed time is time, counted from the start of the run. */
function questionOf(
  tile: Tile,
  { run, metric, series }: Wanted,
  range: Range | null,
  pixels: number,
  joined: string,
): ChartQuery {
  const named = { name: metric.metric, column: metric.column };
  if (tile.over !== null) return { ...named, x: joined, pixels: JOINED_PIXELS };
  const x = tile.x === "elapsed" ? "time" : tile.x === "step" && series.low_step === null ? "index" : tile.x;
  const log = isLogX(tile) && x !== "time";
  if (range === null) return { ...named, x, pixels, log };
  const shift = tile.x === "elapsed" && run.started_at !== null ? Date.parse(run.started_at) : 0;
  return { ...named, x, from: range[0] + shift, to: range[1] + shift, pixels, log };
}

function drawnCurves(tile: Tile, wanted: readonly Wanted[], points: readonly (ChartPoints | undefined)[]): Drawn[] {
  const all = wanted.flatMap(({ run, position, metric }, index): (Drawn & { isWhole: boolean })[] => {
    const found = points[index];
    if (!found) return [];
    return [{ run, position, metric, curve: curveOf(found.x, found.y), isWhole: found.shown >= found.total }];
  });
  return tile.over === null
    ? all
    : overMetric(
        tile.metrics,
        tile.over,
        all.filter((each) => each.isWhole),
      );
}
