/** One plot: uPlot as a React component, with our colours, a tooltip, and zoom that asks for more. */

import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { charts } from "@/texts/charts";
import type { PlotLine, Range, XKind, YKind } from "./lines";
import { watchTheme } from "./palette";
import { alignedData, plotOptions } from "./plots";
import "./chart.css";

export type PlotProps = {
  lines: readonly PlotLine[];
  xKind: XKind;
  yKind?: YKind | undefined;
  logX?: boolean;
  logY?: boolean;
  /** Plots of the same name show where the pointer is on x of any of them. */
  together?: string;
  /** Part of x that is shown; null for all there is. */
  range: Range | null;
  zoom: (range: Range | null) => void;
  height: number;
  label: string;
};

export function Plot({
  lines,
  xKind,
  yKind = "number",
  logX = false,
  logY = false,
  together,
  range,
  zoom,
  height,
  label,
}: PlotProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ lines, range, zoom, height });
  latest.current = { lines, range, zoom, height };
  // Another number of lines or another scale needs a new plot; new points do not.
  const shape = JSON.stringify([
    xKind,
    yKind,
    logX,
    logY,
    together,
    lines.map(({ label: name, index, paint, role, isOrdered }) => [name, index, paint, role, isOrdered]),
  ]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for what makes a new plot necessary
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const made = new uPlot(
      plotOptions({ latest, xKind, yKind, logX, logY, together, width: element.clientWidth || 300, height }),
      alignedData(lines, { logX, logY }),
      element,
    );
    plot.current = made;
    const watcher = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: latest.current.height }),
    );
    watcher.observe(element);
    const stopTheme = watchTheme(() => made.redraw());
    return () => {
      stopTheme();
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);
  // However often points come in, they are drawn once per frame.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another range shows another part of the same points
  useEffect(() => {
    const request = requestAnimationFrame(() => plot.current?.setData(alignedData(lines, { logX, logY }), true));
    return () => cancelAnimationFrame(request);
  }, [lines, logX, logY, range]);

  const pressed = (event: KeyboardEvent) => {
    const next = rangeAfterKey(event.key, plot.current, range);
    if (next === undefined) return;
    event.preventDefault();
    zoom(next);
  };
  return (
    <div
      ref={frame}
      className="plot"
      style={{ height }}
      role="img"
      aria-label={`${label}. ${charts.keys}`}
      tabIndex={0}
      onKeyDown={pressed}
      onDoubleClick={() => zoom(null)}
    />
  );
}

/** Undefined: the key means nothing here. */
function rangeAfterKey(key: string, plot: uPlot | null, range: Range | null): Range | null | undefined {
  const { min, max } = plot?.scales.x ?? {};
  if (min == null || max == null || min === max) return undefined;
  const width = max - min;
  if (key === "+" || key === "=") return [min + width / 4, max - width / 4];
  if (key === "0") return null;
  if (range === null) return undefined;
  if (key === "-") return [min - width / 2, max + width / 2];
  if (key === "ArrowLeft") return [min - width / 5, max - width / 5];
  if (key === "ArrowRight") return [min + width / 5, max + width / 5];
  return undefined;
}
