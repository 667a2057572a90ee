/** A running mean that forgets: steady where the values are steady, and never outside what they were. */

/**
 * Smoothed `ys`, gap for gap. `weight` in [0, 1): how much of the past stays from one point to the next; where points lie
 * closer together than on average (thinned curves) each counts for less. A constant stays exactly what it is: the value moves
 * by a share of the difference, and the difference is zero.
 */
export function smoothed(xs: readonly number[], ys: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...ys];
  const first = xs[0] ?? 0;
  const last = xs.at(-1) ?? 0;
  const meanGap = xs.length > 1 ? Math.abs(last - first) / (xs.length - 1) : 1;
  let state: number | null = null;
  let before = first;
  return ys.map((value, index) => {
    const x = xs[index] ?? before;
    if (value === null) return null;
    if (state === null) state = value;
    else {
      const gap = meanGap > 0 ? Math.abs(x - before) / meanGap : 1;
      state += (1 - weight ** Math.max(gap, 0.01)) * (value - state);
    }
    before = x;
    return state;
  });
}

/** The weight in a parameter of the address, from 0 to 0.99. */
export function smoothingOf(text: string | null): number {
  const value = Number(text);
  return Number.isFinite(value) ? Math.min(0.99, Math.max(0, value)) : 0;
}
