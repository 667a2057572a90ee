/** The lines of one series of one run. */

import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { useWorkspace } from "@/api/live";
import { pointsOptions, valueTableOptions } from "@/api/metrics";
import type { ChartPoints, Series } from "@/api/types";
import { useKept } from "@/parts/kept";
import { useRoughWidth } from "@/parts/measures";
import { Problem } from "@/parts/Problem";
import { charts } from "@/texts/charts";
import { xTitle } from "./kinds";
import type { PlotLine, Range, XKind, YKind } from "./lines";
import { pointsNote } from "./notes";
import { PlotFrame } from "./PlotFrame";
import { type Curve, curveOf, isAscending } from "./points";
import { smoothed } from "./smoothing";
import { useZoom } from "./zooms";

type Props = {
  runId: string;
  series: Series;
  x: string;
  columns: readonly string[];
  logX?: boolean;
  logY: boolean;
  smoothing: number;
  height: number;
  yKind?: YKind | undefined;
};

// So many rows of a table are drawn in the order in which they were logged; more come from the server sorted by x.
const MOST_ORDERED_ROWS = 2000;

export function SeriesChart(props: Props) {
  const { runId, series, x, columns, logX = false, logY, smoothing, height, yKind } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = useRoughWidth(frame);
  const [range, zoom] = useZoom(x);
  const isOverColumn = x !== "step" && x !== "time" && x !== "index";
  const ordered = useOrderedCurves(runId, series, x, columns, isOverColumn && series.count <= MOST_ORDERED_ROWS);
  const answers = usePoints(props, range, width > 0 && ordered === null ? width : null);
  const error = ordered?.error ?? answers.error;
  const curves = useMemo(
    () => ordered?.curves ?? answers.points.map((points) => points && curveOf(points.x, points.y)),
    [ordered, answers.points],
  );
  const lines = useMemo(
    () => linesOf(curves, columns, series.name, smoothing),
    [curves, columns, series.name, smoothing],
  );
  const xKind: XKind = x === "time" ? "time" : isOverColumn ? "number" : "whole";
  return (
    <div ref={frame} className="series-chart" aria-busy={lines.length === 0 && error === null}>
      {error !== null && <Problem error={error} />}
      <PlotFrame
        name={series.name}
        x={xTitle(x)}
        lines={lines}
        xKind={xKind}
        yKind={yKind}
        logX={logX}
        logY={logY}
        together={x}
        range={range}
        zoom={zoom}
        height={height}
        label={charts.ofValues(series.name, series.count)}
        note={pointsNote({
          points: answers.points.filter((each): each is ChartPoints => each !== undefined),
          curves,
          logX,
          logY,
          x: xTitle(x),
        })}
      />
    </div>
  );
}

/** What the server would have drawn on so many pixels; `pixels` null: nothing is asked. */
function usePoints({ runId, series, x, columns, logX = false }: Props, range: Range | null, pixels: number | null) {
  const workspace = useWorkspace();
  const [from = null, to = null] = range ?? [];
  const wanted = { name: series.name, x, from, to, pixels: pixels ?? 1 };
  const answers = useQueries({
    queries: columns.map((column) => ({
      // The number of values is part of the question: new points are asked for when there are some.
      ...pointsOptions(workspace, runId, { ...wanted, column, log: logX && x !== "time" }, series.count),
      enabled: pixels !== null,
    })),
    combine: (results) => ({
      points: results.map((result) => result.data),
      error: results.find((result) => result.isLoadingError)?.error ?? null,
    }),
  });
  const points = useKept(
    columns.map((column) => `${logX} ${x} ${column}`),
    answers.points,
  );
  return { points, error: answers.error };
}

/** The curves of a short table over one of its columns, in the order of its rows; null where that is not wanted. */
function useOrderedCurves(runId: string, series: Series, x: string, columns: readonly string[], isWanted: boolean) {
  const workspace = useWorkspace();
  const wanted = { name: series.name, offset: 0, limit: MOST_ORDERED_ROWS };
  const table = useQuery({ ...valueTableOptions(workspace, runId, wanted, series.count), enabled: isWanted });
  return useMemo(() => {
    if (!isWanted) return null;
    const { columns: names = [], rows = [] } = table.data ?? {};
    const cells = (name: string) => rows.map((row) => row[names.indexOf(name)] ?? null);
    const xs = cells(x);
    const curves: (Curve | undefined)[] = table.data ? columns.map((column) => curveOf(xs, cells(column))) : [];
    return { curves, error: table.isLoadingError ? table.error : null };
  }, [isWanted, table.data, table.isLoadingError, table.error, x, columns]);
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
    const { xs, ys, infinite, nans } = curve;
    const isOrdered = !isAscending(xs);
    if (smoothing <= 0 || isOrdered) return [{ label, index, xs, ys, infinite, nans, isOrdered }];
    return [
      { label, index, xs, ys, infinite, nans, role: "faint" },
      { label, index, xs, ys: smoothed(xs, ys, smoothing) },
    ];
  });
}
