/** The axes of parallel coordinates: where a value stands on its axis. */

import type { Cell } from "@/api/types";
import { formatCell, formatNumber } from "@/parts/format";
import { placeOf } from "./values";

export type AxisOf = {
  /** From 0, the foot, to 1; null where there is no value, or none that has a place. */
  shareOf: (cell: Cell | undefined) => number | null;
  ticks: readonly { share: number; label: string }[];
  /** All words of the axis in their order; none where it has numbers. */
  words: readonly string[];
};
/** By axis: the part of it that is marked. */
export type Marks = ReadonlyMap<number, readonly [number, number]>;

const MOST_WORDS = 8;

/** An axis per column of `rows`: numbers by size where every value is one, else words in their order. */
export function axesOf(rows: readonly (readonly (Cell | undefined)[])[]): AxisOf[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, index) => {
    const cells = rows.map((row) => row[index]).filter((cell) => cell !== null && cell !== undefined && cell !== "");
    const numbers = cells.map(placeOf);
    return numbers.every((number) => number !== null) ? numberAxis(numbers as number[]) : wordAxis(cells);
  });
}

function numberAxis(all: readonly number[]): AxisOf {
  const numbers = all.filter(Number.isFinite);
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  if (numbers.length === 0) return { shareOf: () => null, ticks: [], words: [] };
  // Learning rates and the like: a wide range is shown by powers of ten.
  const isLog = low > 0 && high / low > 50;
  const place = (value: number) => (isLog ? Math.log10(value) : value);
  const width = place(high) - place(low);
  const share = (value: number) => (width > 0 ? (place(value) - place(low)) / width : 0.5);
  const middle = isLog ? 10 ** ((place(low) + place(high)) / 2) : (low + high) / 2;
  const ticks = width > 0 ? [low, middle, high] : [low];
  return {
    shareOf: (cell) => {
      const value = cell === null || cell === undefined || cell === "" ? null : placeOf(cell);
      return value !== null && Number.isFinite(value) ? share(value) : null;
    },
    words: [],
    ticks: ticks.map((value) => ({ share: share(value), label: formatNumber(Number(value.toPrecision(4))) })),
  };
}

function wordAxis(cells: readonly (Cell | undefined)[]): AxisOf {
  const words = [...new Set(cells.map(formatCell))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  const share = (index: number) => (words.length > 1 ? index / (words.length - 1) : 0.5);
  const every = Math.ceil(words.length / MOST_WORDS);
  return {
    words,
    shareOf: (cell) => {
      const index = words.indexOf(formatCell(cell));
      return index < 0 ? null : share(index);
    },
    ticks: words.flatMap((label, index) => (index % every === 0 ? [{ label, share: share(index) }] : [])),
  };
}

/** Whether a run is within everything that is marked; one without a value there is not. */
export const isWithin = (axes: readonly AxisOf[], marks: Marks, values: readonly (Cell | undefined)[]): boolean =>
  [...marks].every(([axis, [low, high]]) => {
    const share = axes[axis]?.shareOf(values[axis]) ?? null;
    return share !== null && share >= low && share <= high;
  });
