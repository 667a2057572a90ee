import { expect, test } from "vitest";
import { accuracyTable, confusionMatrix, predictions, RATE_CURVES, ratePoints, residuals } from "@/chart/payloads";

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

test("rates come from counts, and a threshold without any is left out", () => {
  const rows = [
    [0, 0, 6, 4],
    [3, 1, 5, 1],
    [4, 6, 0, 0],
  ];
  expect(ratePoints(rows, RATE_CURVES.roc)).toEqual([
    [0, 0],
    [1 / 6, 0.75],
    [1, 1],
  ]);
  expect(ratePoints(rows, RATE_CURVES.precision)).toEqual([
    [0.75, 0.75],
    [1, 0.4],
  ]);
  expect(ratePoints(rows, RATE_CURVES.gain)).toEqual([
    [0, 0],
    [0.4, 0.75],
    [1, 1],
  ]);
  expect(ratePoints(rows, RATE_CURVES.lift)).toEqual([
    [0.4, 1.875],
    [1, 1],
  ]);
});

test("predictions stand over the middles of their bins", () => {
  expect(
    predictions({ data: { bin_averages: [1, null], bin_errors: [0.1, 0], bin_counts: [3, 0], bin_edges: [0, 2, 4] } }),
  ).toEqual({
    centres: [1, 3],
    averages: [1, null],
    errors: [0.1, 0],
  });
});
