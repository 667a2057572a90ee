/** All values of metrics, one line per run and metric, over steps, time, or another metric. */

import { Button } from "@fluentui/react-components";
import { useQueries } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useWorkspace } from "@/api/live";
import { type ChartQuery, pointsOptions } from "@/api/metrics";
import type { ChartPoints, Series } from "@/api/types";
import { xTitle } from "@/chart/kinds";
import { LineLegend } from "@/chart/LineLegend";
import type { Range, XKind } from "@/chart/lines";
import { Plot } from "@/chart/Plot";
import { curveOf } from "@/chart/points";
import { grouped, plural } from "@/parts/format";
import { useKept } from "@/parts/kept";
import { useRoughWidth } from "@/parts/measures";
import { Problem } from "@/parts/Problem";
import type { ComparedRun } from "./ComparePanel";
import {
  type ChartSpec,
  comparedLines,
  type Drawn,
  type Metric,
  metricTitle,
  overMetric,
  seriesFor,
  specTitle,
} from "./charts";

export type ChartProps = {
  spec: ChartSpec;
  runs: readonly ComparedRun[];
  summaries: Record<string, Series[]>;
  smoothing: number;
  height: number;
};

type Wanted = ComparedRun & { metric: Metric; series: Series };

const KINDS: Record<string, XKind> = { time: "time", elapsed: "elapsed", step: "whole", index: "whole" };
// To put one metric over another, all values of both are needed; the server sends up to four per pixel.
const JOINED_PIXELS = 2048;

export function CompareLines({ spec, runs, summaries, smoothing, height }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useRoughWidth(frame);
  const [range, zoom] = useState<Range | null>(null);
  const wanted = useMemo(() => wantedSeries(spec, runs, summaries), [spec, runs, summaries]);
  const { points, error } = useCurves(spec, wanted, range, width);
  const drawn = useMemo(() => drawnCurves(spec, wanted, points), [spec, wanted, points]);
  const lines = useMemo(() => comparedLines(spec, drawn, smoothing), [spec, drawn, smoothing]);
  const shown = points.reduce((sum, each) => sum + (each?.shown ?? 0), 0);
  const total = points.reduce((sum, each) => sum + (each?.total ?? 0), 0);
  const drawnPoints = drawn.reduce((sum, { curve }) => sum + curve.xs.length, 0);
  const isCut = spec.over !== null && shown < total;
  return (
    <div ref={frame} className="series-chart">
      {error !== null && <Problem error={error} />}
      <Plot
        lines={lines}
        xKind={spec.over === null ? (KINDS[spec.x] ?? "number") : "number"}
        logY={spec.logY}
        range={range}
        zoom={zoom}
        height={height}
        label={`${specTitle(spec)} of ${plural(runs.length, "run")}`}
      />
      <p className="points-note">
        <span>
          {isCut
            ? `Over another metric only runs with at most ${grouped(4 * JOINED_PIXELS)} values can be drawn`
            : shown < total
              ? `${grouped(shown)} of ${grouped(total)} points, all extremes`
              : plural(drawnPoints, "point")}{" "}
          · over {onX(spec, wanted)}
        </span>
        {range !== null && (
          <Button size="small" appearance="transparent" onClick={() => zoom(null)}>
            Show all
          </Button>
        )}
      </p>
      {(spec.metrics.length > 1 || spec.isSpread) && <LineLegend lines={lines} />}
    </div>
  );
}

/** What is on x, in words. */
function onX(spec: ChartSpec, wanted: readonly Wanted[]): string {
  if (spec.over !== null) return metricTitle(spec.over);
  const isWithoutSteps = wanted.every(({ series }) => series.low_step === null);
  return xTitle(spec.x === "step" && isWithoutSteps ? "index" : spec.x);
}

/** The series that the chart needs: those on y, and with `over` the one on x of each run. */
function wantedSeries(spec: ChartSpec, runs: readonly ComparedRun[], summaries: Record<string, Series[]>): Wanted[] {
  const metrics = spec.over === null ? spec.metrics : [...spec.metrics, spec.over];
  return runs.flatMap(({ run, position }) =>
    metrics.flatMap((metric): Wanted[] => {
      const series = seriesFor(summaries[run.run_id], metric);
      return series ? [{ run, position, metric, series }] : [];
    }),
  );
}

function useCurves(spec: ChartSpec, wanted: readonly Wanted[], range: Range | null, width: number) {
  const workspace = useWorkspace();
  const answers = useQueries({
    queries: wanted.map((each) => ({
      ...pointsOptions(workspace, each.run.run_id, questionOf(spec, each, range, width || 1), each.series.count),
      enabled: width > 0,
    })),
    combine: (results) => ({
      points: results.map((result) => result.data),
      error: results.find((result) => result.isLoadingError)?.error ?? null,
    }),
  });
  const names = wanted.map(({ run, metric }) =>
    JSON.stringify([spec.over === null ? spec.x : "index", run.run_id, metric]),
  );
  return { points: useKept(names, answers.points), error: answers.error };
}

/** A series without steps is shown by position; elapsed time is time, counted from the start of the run. */
function questionOf(spec: ChartSpec, { run, metric, series }: Wanted, range: Range | null, pixels: number): ChartQuery {
  const named = { name: metric.metric, column: metric.column };
  if (spec.over !== null) return { ...named, x: "index", pixels: JOINED_PIXELS };
  const x = spec.x === "elapsed" ? "time" : spec.x === "step" && series.low_step === null ? "index" : spec.x;
  if (range === null) return { ...named, x, pixels };
  const shift = spec.x === "elapsed" && run.started_at !== null ? Date.parse(run.started_at) : 0;
  return { ...named, x, from: range[0] + shift, to: range[1] + shift, pixels };
}

function drawnCurves(
  spec: ChartSpec,
  wanted: readonly Wanted[],
  points: readonly (ChartPoints | undefined)[],
): Drawn[] {
  const all = wanted.flatMap(({ run, position, metric }, index): (Drawn & { isWhole: boolean })[] => {
    const found = points[index];
    if (!found) return [];
    return [{ run, position, metric, curve: curveOf(found.x, found.y), isWhole: found.shown >= found.total }];
  });
  return spec.over === null
    ? all
    : overMetric(
        spec.metrics,
        spec.over,
        all.filter((each) => each.isWhole),
      );
}
