/** What uPlot is told: scales, axes, lines, and what is drawn besides. */

import type { RefObject } from "react";
import uPlot from "uplot";
import { formatX, formatY, type PlotLine, type Range, type XKind, type YKind } from "./lines";
import { colorOf, isBlank, lineDash, paintColor, token } from "./palette";
import { sortedByX } from "./points";
import { tooltip } from "./tooltips";

type Latest = RefObject<{ lines: readonly PlotLine[]; range: Range | null; zoom: (range: Range | null) => void }>;
type Scales = { logX: boolean; logY: boolean };
type Wanted = Scales & {
  latest: Latest;
  xKind: XKind;
  yKind: YKind;
  together: string | undefined;
  width: number;
  height: number;
};

const WHOLE_STEPS = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();
const BINARY_STEPS = Array.from({ length: 50 }, (_, power) => 2 ** power);
const FONT = "11px system-ui, sans-serif";
const RETAIN_GAPS = 1;
const GUIDE = [6, 5];

/** All lines over one x. On a log scale what is not positive has no place. */
export function alignedData(all: readonly PlotLine[], { logX, logY }: Scales): uPlot.AlignedData {
  const lines = logX ? all.map(aboveZero) : all;
  const tables = lines.map((line) => {
    const { xs, ys } = line.isOrdered ? sortedByX({ xs: line.xs, ys: line.ys, infinite: [] }) : line;
    return [[...xs], ys.map((y) => (logY && y !== null && y <= 0 ? null : y))] as uPlot.AlignedData;
  });
  const [first] = tables;
  if (first === undefined) return [[], []];
  const isShared = lines.every((line) => line.xs === lines[0]?.xs && !line.isOrdered);
  if (isShared) return [first[0], ...tables.map((table) => table[1])] as uPlot.AlignedData;
  return uPlot.join(
    tables,
    tables.map(() => [0, RETAIN_GAPS]),
  );
}

function aboveZero(line: PlotLine): PlotLine {
  if (line.xs.every((x) => x > 0)) return line;
  const kept = line.xs.flatMap((x, index) => (x > 0 ? [index] : []));
  return {
    ...line,
    xs: kept.map((index) => line.xs[index] as number),
    ys: kept.map((index) => line.ys[index] ?? null),
  };
}

export function plotOptions({ latest, xKind, yKind, logX, logY, together, width, height }: Wanted): uPlot.Options {
  const lines = latest.current.lines;
  const named = lines.filter((line) => line.role === undefined || line.role === "line" || line.role === "dots");
  return {
    width,
    height,
    ms: 1,
    padding: [10, named.length > 1 ? 22 : 12, 0, 0],
    legend: { show: false },
    scales: {
      x: {
        time: xKind === "time",
        ...(logX ? { distr: 3 as const } : {}),
        range: (_, min, max) => shownRange(latest.current.range, min, max, logX),
      },
      y: logY ? { distr: 3 } : { range: (_, min, max) => paddedRange(min, max) },
    },
    axes: [xAxis(xKind), yAxis(yKind)],
    series: [{}, ...lines.map(seriesOptions)],
    bands: lines.flatMap((line, position) =>
      line.role === "low"
        ? [{ series: [position + 2, position + 1] as [number, number], fill: () => `${colorOf(line)}2e` }]
        : [],
    ),
    cursor: {
      drag: { x: true, y: false, setScale: false },
      focus: { prox: 24 },
      points: { size: 7 },
      dataIdx: nearestValue,
      // Where the pointer is travels to the others; a zoom stays where it was made.
      ...(together === undefined ? {} : { sync: { key: together, filters: { pub: isMove, sub: isMove } } }),
    },
    focus: { alpha: 0.35 },
    hooks: {
      setSelect: [(plot) => zoomToSelection(plot, latest)],
      draw: [(plot) => drawBesides(plot, latest.current.lines, named.length > 1)],
    },
    plugins: [tooltip(latest, xKind, yKind)],
  };
}

function shownRange(wanted: Range | null, min: number | null, max: number | null, isLog: boolean): [number, number] {
  if (wanted) return isLog ? [Math.max(wanted[0], wanted[1] / 1e9), wanted[1]] : [wanted[0], wanted[1]];
  if (min === null || max === null) return isLog ? [1, 10] : [0, 1];
  if (isLog) return min === max ? [min / 2, max * 2] : [min, max];
  return min === max ? [min - 0.5, max + 0.5] : [min, max];
}

/** A little air above and below; a constant in the middle, with a scale that does not blow up rounding. */
function paddedRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (max - min <= size * 1e-12) return [min - (size || 1) * 0.1, max + (size || 1) * 0.1];
  const air = (max - min) * 0.06;
  return [min - air, max + air];
}

function xAxis(kind: XKind): uPlot.Axis {
  return {
    ...axis(72),
    ...(kind === "time"
      ? {}
      : { values: (_, splits) => splits.map((split) => textAt(split, (x) => formatX(kind, x))) }),
    ...(kind === "whole" ? { incrs: WHOLE_STEPS } : {}),
    // The day stands below the time of day.
    size: kind === "time" ? 40 : 28,
  };
}

function yAxis(kind: YKind): uPlot.Axis {
  return {
    ...axis(34),
    values: (_, splits) => splits.map((split) => textAt(split, (y) => formatY(kind, y).replace(".0 ", " "))),
    ...(kind === "bytes" || kind === "rate" ? { incrs: BINARY_STEPS } : {}),
    size: (_, labels) => 16 + 6.2 * Math.max(3, ...(labels ?? []).map((label) => label.length)),
  };
}

const textAt = (split: number | null | undefined, text: (value: number) => string) =>
  split == null ? "" : text(split);

const axis = (space: number): uPlot.Axis => ({
  font: FONT,
  space,
  stroke: () => token("--colorNeutralForeground3"),
  grid: { stroke: () => token("--colorNeutralStroke3"), width: 1 },
  ticks: { show: false },
  gap: 6,
});

function seriesOptions(line: PlotLine): uPlot.Series {
  const { label, index, role } = line;
  if (role === "guide") {
    const drawn = line.isOrdered ? { width: 0, paths: () => null } : { width: 1 };
    return { label, stroke: () => token("--colorNeutralForeground3"), dash: GUIDE, points: { show: false }, ...drawn };
  }
  // The fill between two edges needs their paths, though they are not drawn themselves.
  if (role === "low" || role === "high") return { label, stroke: "transparent", width: 0, points: { show: false } };
  const isWithoutPath = role === "dots" || line.isOrdered === true;
  return {
    label,
    stroke: () => colorOf(line) + (role === "faint" ? "48" : ""),
    width: isWithoutPath ? 0 : 1.6,
    dash: lineDash(index, line.paint),
    ...(isWithoutPath ? { paths: () => null } : {}),
    points:
      role === "dots"
        ? { show: true, size: 8, width: 1.5, ...dotFill(line) }
        : role === "faint"
          ? { show: false }
          : { size: 5 },
  };
}

/** Dots whose colour says something are full; empty where it says that there is no value. */
const dotFill = ({ paint }: PlotLine): uPlot.Series.Points =>
  paint === undefined || isBlank(paint) ? {} : { fill: () => paintColor(paint) };

const isMove = (type: string) => type === "mousemove" || type === "mouseleave";

/** Lines do not share their points: the cursor looks for each one's nearest. */
function nearestValue(plot: uPlot, seriesIndex: number, closest: number, x: number): number {
  const values = plot.data[seriesIndex];
  const xs = plot.data[0];
  if (!values || values[closest] != null) return closest;
  let left = closest;
  let right = closest;
  while (left >= 0 && values[left] == null) left -= 1;
  while (right < values.length && values[right] == null) right += 1;
  if (left < 0) return right < values.length ? right : closest;
  if (right >= values.length) return left;
  return x - (xs[left] as number) <= (xs[right] as number) - x ? left : right;
}

function zoomToSelection(plot: uPlot, latest: Latest): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  latest.current.zoom([plot.posToVal(left, "x"), plot.posToVal(left + width, "x")]);
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

function drawBesides(plot: uPlot, lines: readonly PlotLine[], isNumbered: boolean): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(
    bbox.left,
    bbox.top - 6 * devicePixelRatio,
    bbox.width + 22 * devicePixelRatio,
    bbox.height + 12 * devicePixelRatio,
  );
  ctx.clip();
  for (const line of lines) {
    if (line.isOrdered) drawOrdered(plot, line);
    drawInfinite(plot, line);
    drawNans(plot, line);
  }
  if (isNumbered) drawNumbers(plot, lines);
  ctx.restore();
}

function drawOrdered(plot: uPlot, line: PlotLine): void {
  const { ctx } = plot;
  const isGuide = line.role === "guide";
  ctx.strokeStyle = isGuide ? token("--colorNeutralForeground3") : colorOf(line);
  ctx.lineWidth = (isGuide ? 1 : 1.6) * devicePixelRatio;
  ctx.setLineDash((isGuide ? GUIDE : lineDash(line.index, line.paint)).map((length) => length * devicePixelRatio));
  ctx.beginPath();
  let isDown = false;
  line.xs.forEach((x, position) => {
    const y = line.ys[position];
    if (y === null || y === undefined) {
      isDown = false;
      return;
    }
    const left = plot.valToPos(x, "x", true);
    const top = plot.valToPos(y, "y", true);
    if (isDown) ctx.lineTo(left, top);
    else ctx.moveTo(left, top);
    isDown = true;
  });
  ctx.stroke();
  ctx.setLineDash([]);
}

/** A triangle at the edge that the value left through. */
function drawInfinite(plot: uPlot, line: PlotLine): void {
  const { ctx, bbox } = plot;
  const size = 5 * devicePixelRatio;
  ctx.fillStyle = colorOf(line);
  for (const { x, sign } of line.infinite ?? []) {
    const left = plot.valToPos(x, "x", true);
    const edge = sign > 0 ? bbox.top : bbox.top + bbox.height;
    ctx.beginPath();
    ctx.moveTo(left, edge);
    ctx.lineTo(left - size, edge + sign * size * 1.6);
    ctx.lineTo(left + size, edge + sign * size * 1.6);
    ctx.fill();
  }
}

/** A small cross at the bottom where something was logged that is not a number. */
function drawNans(plot: uPlot, line: PlotLine): void {
  const { ctx, bbox } = plot;
  const size = 3 * devicePixelRatio;
  const top = bbox.top + bbox.height - size;
  ctx.strokeStyle = colorOf(line);
  ctx.lineWidth = 1.2 * devicePixelRatio;
  ctx.beginPath();
  for (const x of line.nans ?? []) {
    const left = plot.valToPos(x, "x", true);
    ctx.moveTo(left - size, top - size);
    ctx.lineTo(left + size, top + size);
    ctx.moveTo(left - size, top + size);
    ctx.lineTo(left + size, top - size);
  }
  ctx.stroke();
}

/** Each line's number stands at its end; where ends are close together, the numbers make room for each other. */
function drawNumbers(plot: uPlot, lines: readonly PlotLine[]): void {
  const { ctx } = plot;
  const size = 11 * devicePixelRatio;
  const ends = lines.flatMap((line) => {
    if (line.role !== undefined && line.role !== "line") return [];
    const right = plot.scales.x?.max ?? Number.POSITIVE_INFINITY;
    const last = line.ys.findLastIndex((y, position) => y !== null && (line.xs[position] ?? 0) <= right);
    const y = line.ys[last];
    const x = line.xs[last];
    if (x === undefined || y === null || y === undefined) return [];
    return [{ line, left: plot.valToPos(x, "x", true), top: plot.valToPos(y, "y", true) }];
  });
  const { top: roof, height } = plot.bbox;
  // More numbers than have room would say nothing; the list of runs and the tooltip still do.
  if (ends.length * size > height) return;
  ends.sort((a, b) => a.top - b.top);
  const tops = spaced(
    ends.map((end) => end.top),
    size,
    roof + height,
  );
  ctx.font = `600 ${size}px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ends.forEach(({ line, left }, position) => {
    ctx.fillStyle = colorOf(line);
    ctx.fillText(String(line.index + 1), left + 5 * devicePixelRatio, tops[position] ?? 0);
  });
}

/** Rising places, moved apart until each has `size`, and none is below `floor`. */
export function spaced(places: readonly number[], size: number, floor: number): number[] {
  const down: number[] = [];
  for (const place of places) down.push(Math.max(place, (down.at(-1) ?? Number.NEGATIVE_INFINITY) + size));
  const up: number[] = [];
  for (const place of down.reverse()) up.push(Math.min(place, (up.at(-1) ?? floor + size / 2) - size));
  return up.reverse();
}
