/** The lines of one series of one run. */

import { useQueries } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useWorkspace } from "@/api/live";
import { pointsOptions } from "@/api/metrics";
import type { ChartPoints, Series } from "@/api/types";
import { plural } from "@/parts/format";
import { useRoughWidth } from "@/parts/measures";
import { Problem } from "@/parts/Problem";
import { xTitle } from "./kinds";
import type { PlotLine, Range, XKind } from "./lines";
import { Plot } from "./Plot";
import { PointsNote } from "./PointsNote";
import { type Curve, curveOf, isAscending } from "./points";
import { smoothed } from "./smoothing";

type Props = {
  runId: string;
  series: Series;
  x: string;
  columns: readonly string[];
  logY: boolean;
  smoothing: number;
  height: number;
};

const USUAL_PIXELS = 600;

export function SeriesChart({ runId, series, x, columns, logY, smoothing, height }: Props) {
  const workspace = useWorkspace();
  const frame = useRef<HTMLDivElement>(null);
  const width = useRoughWidth(frame);
  const [range, zoom] = useState<Range | null>(null);
  const pixels = width || USUAL_PIXELS;
  const [from = null, to = null] = range ?? [];
  const answers = useQueries({
    queries: columns.map((column) => ({
      // The number of values is part of the question: new points are asked for when there are some.
      ...pointsOptions(workspace, runId, { name: series.name, column, x, from, to, pixels }, series.count),
      enabled: width > 0,
    })),
    combine: (results) => ({
      points: results.map((result) => result.data),
      error: results.find((result) => result.isLoadingError)?.error ?? null,
    }),
  });
  const curves = useMemo(() => answers.points.map((points) => points && curveOf(points.x, points.y)), [answers.points]);
  const lines = useMemo(
    () => linesOf(curves, columns, series.name, smoothing),
    [curves, columns, series.name, smoothing],
  );
  const xKind: XKind = x === "time" ? "time" : "number";
  return (
    <div ref={frame} className="series-chart">
      {answers.error !== null && <Problem error={answers.error} />}
      <Plot
        lines={lines}
        xKind={xKind}
        logY={logY}
        range={range}
        zoom={zoom}
        height={height}
        label={`${series.name}: ${plural(series.count, "value")}`}
      />
      <PointsNote
        points={answers.points.filter((each): each is ChartPoints => each !== undefined)}
        curves={curves}
        logY={logY}
        x={xTitle(x)}
        range={range}
        zoom={zoom}
      />
    </div>
  );
}

/** With smoothing the raw line stays, faint. */
function linesOf(
  curves: readonly (Curve | undefined)[],
  columns: readonly string[],
  name: string,
  smoothing: number,
): PlotLine[] {
  return curves.flatMap((curve, index): PlotLine[] => {
    if (!curve) return [];
    const label = columns[index] || name;
    const { xs, ys, infinite } = curve;
    const isOrdered = !isAscending(xs);
    if (smoothing <= 0 || isOrdered) return [{ label, index, xs, ys, infinite, isOrdered }];
    return [
      { label, index, xs, ys, infinite, role: "faint" },
      { label, index, xs, ys: smoothed(xs, ys, smoothing) },
    ];
  });
}
