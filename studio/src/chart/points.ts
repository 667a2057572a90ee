/** Points as they come from the server, made ready to draw; what is not finite is kept apart and never dropped. */

import type { Cell } from "@/api/types";
import { numberOf } from "@/parts/format";

export type Curve = {
  readonly xs: readonly number[];
  /** null: a gap. */
  readonly ys: readonly (number | null)[];
  /** Where the value was infinite. */
  readonly infinite: readonly { x: number; sign: 1 | -1 }[];
  /** Where it was not a number. */
  readonly nans?: readonly number[];
};

/** A point without a finite place on x is left out; a value that is not a number makes a gap. */
export function curveOf(x: readonly Cell[], y: readonly Cell[]): Curve {
  const xs: number[] = [];
  const ys: (number | null)[] = [];
  const infinite: { x: number; sign: 1 | -1 }[] = [];
  const nans: number[] = [];
  for (let index = 0; index < x.length; index += 1) {
    const at = numberOf(x[index]);
    if (at === null || !Number.isFinite(at)) continue;
    const value = numberOf(y[index]);
    if (value === Number.POSITIVE_INFINITY) infinite.push({ x: at, sign: 1 });
    if (value === Number.NEGATIVE_INFINITY) infinite.push({ x: at, sign: -1 });
    if (value === null || Number.isNaN(value)) nans.push(at);
    xs.push(at);
    ys.push(value !== null && Number.isFinite(value) ? value : null);
  }
  return { xs, ys, infinite, nans };
}

export function isAscending(xs: readonly number[]): boolean {
  for (let index = 1; index < xs.length; index += 1)
    if ((xs[index] as number) < (xs[index - 1] as number)) return false;
  return true;
}

/** The same curve with x counted from its own beginning. */
export function fromStart(curve: Curve, start: number): Curve {
  return {
    ...curve,
    xs: curve.xs.map((x) => x - start),
    infinite: curve.infinite.map(({ x, sign }) => ({ x: x - start, sign })),
    nans: curve.nans?.map((x) => x - start) ?? [],
  };
}

/** Sorted by x, values in the order in which they came where x is the same. */
export function sortedByX(curve: Curve): Curve {
  if (isAscending(curve.xs)) return curve;
  const order = curve.xs.map((_, index) => index).sort((a, b) => (curve.xs[a] as number) - (curve.xs[b] as number));
  return {
    ...curve,
    xs: order.map((index) => curve.xs[index] as number),
    ys: order.map((index) => curve.ys[index] ?? null),
  };
}

export type Band = { xs: number[]; low: (number | null)[]; middle: (number | null)[]; high: (number | null)[] };

/** Mean, lowest and highest of several curves, at every x that any of them has; between its points a curve is a straight line. */
export function spread(curves: readonly Curve[]): Band {
  const sorted = curves.map(sortedByX);
  const xs = [...new Set(sorted.flatMap((curve) => curve.xs))].sort((a, b) => a - b);
  const columns = sorted.map((curve) => interpolated(curve, xs));
  const band: Band = { xs, low: [], middle: [], high: [] };
  xs.forEach((_, index) => {
    const values = columns.map((column) => column[index]).filter((value): value is number => typeof value === "number");
    const isAny = values.length > 0;
    band.low.push(isAny ? Math.min(...values) : null);
    band.high.push(isAny ? Math.max(...values) : null);
    band.middle.push(isAny ? values.reduce((sum, value) => sum + value, 0) / values.length : null);
  });
  return band;
}

function interpolated(curve: Curve, wanted: readonly number[]): (number | null)[] {
  const { xs, ys } = curve;
  let at = 0;
  return wanted.map((x) => {
    while (at < xs.length - 1 && (xs[at + 1] as number) <= x) at += 1;
    const left = xs[at];
    if (left === undefined || x < left) return null;
    const from = ys[at] ?? null;
    if (left === x || from === null) return left === x ? from : null;
    const right = xs[at + 1];
    const to = ys[at + 1] ?? null;
    if (right === undefined || to === null) return null;
    return from + ((to - from) * (x - left)) / (right - left);
  });
}
