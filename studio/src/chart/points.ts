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
