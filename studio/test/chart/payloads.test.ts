import { expect, test } from "vitest";
import { momentsOf } from "@/chart/Histogram";
import { accuracyTable, confusionMatrix, predictions, residuals } from "@/chart/payloads";
import { areaBelow, averaged, guides, positiveShare, rateSpots } from "@/chart/rates";
import { valueRows } from "@/chart/values";

test("a confusion matrix is read with its labels, or numbered without them", () => {
  const data = {
    class_labels: ["cat", "dog"],
    matrix: [
      [5, 1],
      [0, 4],
    ],
  };
  expect(confusionMatrix({ schema_type: "confusion_matrix", data })).toEqual({
    labels: ["cat", "dog"],
    matrix: data.matrix,
  });
  expect(confusionMatrix({ data: { matrix: [[1]] } })).toEqual({ labels: ["0"], matrix: [[1]] });
});

test("a payload that is something else is not drawn", () => {
  for (const payload of [
    null,
    3,
    "x",
    [],
    {},
    { data: null },
    { data: { matrix: "<b>" } },
    { data: { matrix: [["<b>"]] } },
  ]) {
    expect(confusionMatrix(payload)).toBeNull();
    expect(accuracyTable(payload)).toBeNull();
    expect(residuals(payload)).toBeNull();
    expect(predictions(payload)).toBeNull();
  }
  expect(residuals({ data: { bin_edges: [0, 1], bin_counts: [1, 2] } })).toBeNull();
});

test("predictions stand over the middles of their bins", () => {
  expect(
    predictions({ data: { bin_averages: [1, null], bin_errors: [0.1, 0], bin_counts: [3, 0], bin_edges: [0, 2, 4] } }),
  ).toEqual({
    edges: [0, 2, 4],
    centres: [1, 3],
    averages: [1, null],
    errors: [0.1, 0],
    counts: [3, 0],
  });
});

const rows = [
  [4, 6, 0, 0],
  [3, 1, 5, 1],
  [0, 0, 6, 4],
];
const thresholds = [0, 0.5, 1];

test("rates come from counts, and a threshold without any is left out", () => {
  expect(rateSpots("roc", rows, thresholds)).toEqual([
    [0, 0],
    [1 / 6, 0.75],
    [1, 1],
  ]);
  expect(rateSpots("precision", rows, thresholds)).toEqual([
    [0.75, 0.75],
    [1, 0.4],
  ]);
  expect(rateSpots("gain", rows, thresholds)).toEqual([
    [0, 0],
    [0.4, 0.75],
    [1, 1],
  ]);
  expect(rateSpots("lift", rows, thresholds)).toEqual([
    [0.4, 1.875],
    [1, 1],
  ]);
  expect(areaBelow(rateSpots("roc", rows, thresholds))).toBeCloseTo(0.75 / 12 + ((1.75 / 2) * 5) / 6);
});

test("calibration tells what share was positive of what lies between two thresholds", () => {
  // Between 0 and 0.5: one of four positives and five of six negatives; above: the rest.
  expect(rateSpots("calibration", rows, thresholds)).toEqual([
    [0.25, 1 / 6],
    [0.75, 3 / 4],
  ]);
});

test("macro counts every class alike, weighted by how many it has, micro adds the counts up", () => {
  const rare = [
    [1, 9, 0, 0],
    [1, 0, 9, 0],
    [0, 0, 9, 1],
  ];
  const common = [
    [9, 1, 0, 0],
    [0, 0, 1, 9],
    [0, 0, 1, 9],
  ];
  const at = (spots: readonly (readonly [number, number])[], x: number) =>
    spots.filter(([left]) => left === x).at(-1)?.[1];
  expect(positiveShare(rare)).toBe(0.1);
  // At a false positive rate of 0 the rare class is found whole, the common one not at all.
  expect(at(averaged("roc", [rare, common], thresholds, "macro"), 0)).toBe(0.5);
  expect(at(averaged("roc", [rare, common], thresholds, "weighted"), 0)).toBeCloseTo(0.1);
  expect(averaged("roc", [rare, common], thresholds, "micro")).toEqual([
    [0, 0],
    [0, 0.1],
    [1, 1],
  ]);
});

test("the ideal and the blind model depend on how many are positive", () => {
  expect(guides("gain", 0.25).ideal).toContainEqual([0.25, 1]);
  expect(guides("precision", 0.25).random).toEqual([
    [0, 0.25],
    [1, 0.25],
  ]);
  expect(guides("lift", 0.25).ideal[0]).toEqual([0, 4]);
});

test("mean and spread of residuals come from the middles of their bins", () => {
  expect(momentsOf({ edges: [-2, 0, 2], counts: [1, 3] })).toEqual({ mean: 0.5, deviation: Math.sqrt(0.75), total: 4 });
  expect(momentsOf({ edges: [0, 1], counts: [0] }).deviation).toBe(0);
});

test("the table of a chart has a row per x and tells infinities, and raw values beside smoothed ones", () => {
  const line = { index: 0, xs: [0, 1], ys: [3, null], infinite: [{ x: 1, sign: -1 as const }] };
  expect(
    valueRows([
      { ...line, label: "a", role: "faint" },
      { ...line, label: "a", ys: [4, null], infinite: [] },
      { label: "ideal", index: 1, xs: [0, 9], ys: [1, 1], role: "guide" },
    ]),
  ).toEqual({
    titles: ["a (raw)", "a"],
    rows: [
      { x: 0, ys: [3, 4] },
      { x: 1, ys: [Number.NEGATIVE_INFINITY, null] },
    ],
  });
});
