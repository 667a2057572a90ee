/** The curves of an accuracy table: ROC, precision–recall, gain, lift, calibration; of each class, and averages of them. */

import type { AccuracyTable } from "./payloads";

export type RateName = "roc" | "precision" | "gain" | "lift" | "calibration";
export type Average = "macro" | "micro" | "weighted";
export const AVERAGES: readonly Average[] = ["macro", "micro", "weighted"];
export const RATES: readonly RateName[] = ["roc", "precision", "gain", "lift", "calibration"];

export type Spot = readonly [x: number, y: number];
/** True positives, false positives, true negatives, false negatives at one threshold. */
type Row = readonly number[];
type Rows = readonly Row[];

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

const SPOTS: Record<Exclude<RateName, "calibration">, (row: Row) => [number | null, number | null]> = {
  roc: ([tp = 0, fp = 0, tn = 0, fn = 0]) => [ratio(fp, fp + tn), ratio(tp, tp + fn)],
  precision: ([tp = 0, fp = 0, _tn, fn = 0]) => [ratio(tp, tp + fn), ratio(tp, tp + fp)],
  gain: ([tp = 0, fp = 0, tn = 0, fn = 0]) => [ratio(tp + fp, tp + fp + tn + fn), ratio(tp, tp + fn)],
  lift: ([tp = 0, fp = 0, tn = 0, fn = 0]) => {
    const share = ratio(tp + fp, tp + fp + tn + fn);
    const rate = ratio(tp, tp + fn);
    return [share, share === null || rate === null ? null : ratio(rate, share)];
  },
};

/** The points of one class, from left to right. A threshold at which there is nothing to divide by is left out. */
export function rateSpots(name: RateName, rows: Rows, thresholds: readonly number[]): Spot[] {
  const spots =
    name === "calibration"
      ? calibrated(rows, thresholds)
      : rows.map((row) => SPOTS[name](row)).filter((spot): spot is [number, number] => !spot.includes(null));
  return spots.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

const CALIBRATION_BINS = 10;

/** What lies between two thresholds was predicted with a probability between them; taken together in ten bins. */
function calibrated(rows: Rows, thresholds: readonly number[]): [number, number][] {
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ positive: 0, all: 0, sum: 0 }));
  rows.forEach(([tp = 0, fp = 0], index) => {
    const [tpNext = 0, fpNext = 0] = rows[index + 1] ?? [];
    const all = tp + fp - tpNext - fpNext;
    const low = thresholds[index] ?? 0;
    const middle = Math.min(1, (low + (thresholds[index + 1] ?? Math.max(1, low))) / 2);
    const bin = bins[Math.min(CALIBRATION_BINS - 1, Math.floor(middle * CALIBRATION_BINS))];
    if (!bin || all <= 0) return;
    bin.positive += tp - tpNext;
    bin.all += all;
    bin.sum += middle * all;
  });
  return bins.filter(({ all }) => all > 0).map(({ positive, all, sum }) => [sum / all, positive / all]);
}

/** How much of all is positive in a class. */
export function positiveShare(rows: Rows): number {
  const [tp = 0, fp = 0, tn = 0, fn = 0] = rows[0] ?? [];
  return ratio(tp + fn, tp + fp + tn + fn) ?? 0;
}

/**
 * One curve for all classes. Micro: counts of all classes are added up, threshold by threshold. Macro and weighted: the mean of
 * the classes' curves at each x that any of them has, every class alike, or each by how many it has.
 */
export function averaged(name: RateName, tables: readonly Rows[], thresholds: readonly number[], how: Average): Spot[] {
  if (how === "micro") return rateSpots(name, addedUp(tables), thresholds);
  const classes = tables
    .map((rows) => ({ spots: rateSpots(name, rows, thresholds), weight: how === "macro" ? 1 : positiveShare(rows) }))
    .filter(({ spots, weight }) => spots.length > 0 && weight > 0);
  const xs = [...new Set(classes.flatMap(({ spots }) => spots.map(([x]) => x)))].sort((a, b) => a - b);
  return xs.flatMap((x): Spot[] => {
    let sum = 0;
    let weights = 0;
    for (const { spots, weight } of classes) {
      const y = heightAt(spots, x);
      if (y === null) continue;
      sum += weight * y;
      weights += weight;
    }
    return weights > 0 ? [[x, sum / weights]] : [];
  });
}

function addedUp(tables: readonly Rows[]): Rows {
  const [first = []] = tables;
  return first.map((_, index) =>
    [0, 1, 2, 3].map((place) => tables.reduce((sum, rows) => sum + (rows[index]?.[place] ?? 0), 0)),
  );
}

/** The highest y at x, on the straight line between two points; null outside. */
function heightAt(spots: readonly Spot[], x: number): number | null {
  const after = spots.findIndex(([at]) => at > x);
  const right = after < 0 ? undefined : spots[after];
  const left = after < 0 ? spots.at(-1) : spots[after - 1];
  if (!left) return null;
  if (left[0] === x) return left[1];
  if (!right) return null;
  return left[1] + ((right[1] - left[1]) * (x - left[0])) / (right[0] - left[0]);
}

/** The area below a curve of spots. */
export const areaBelow = (spots: readonly Spot[]): number =>
  spots.slice(1).reduce((sum, [x, y], index) => {
    const [before, height] = spots[index] as Spot;
    return sum + ((x - before) * (y + height)) / 2;
  }, 0);

/** What a perfect model and a blind one would draw, where `share` of all is positive. */
export function guides(name: RateName, share: number): { ideal: Spot[]; random: Spot[] } {
  const diagonal: Spot[] = [
    [0, 0],
    [1, 1],
  ];
  const level = (y: number): Spot[] => [
    [0, y],
    [1, y],
  ];
  const corner: Spot[] = [
    [0, 1],
    [1, 1],
  ];
  if (name === "roc") return { ideal: [[0, 0], ...corner], random: diagonal };
  if (name === "precision") return { ideal: corner, random: level(share) };
  if (name === "gain")
    return {
      ideal: [
        [0, 0],
        [share, 1],
        [1, 1],
      ],
      random: diagonal,
    };
  if (name === "lift") {
    const top = share > 0 ? 1 / share : 1;
    const falling = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].filter((x) => x > share);
    return { ideal: [[0, top], [share, top], ...falling.map((x): Spot => [x, 1 / x])], random: level(1) };
  }
  return { ideal: diagonal, random: [] };
}

/** The tables that a curve is drawn from: gain and lift from percentiles, where there are some. */
export const tablesFor = (name: RateName, table: AccuracyTable): readonly Rows[] =>
  (name === "gain" || name === "lift") && table.percentile.length > 0 ? table.percentile : table.probability;
