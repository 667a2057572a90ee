import { expect, test } from "vitest";
import type { Series, SeriesColumn } from "@/api/types";
import { usualLook, usualX, xChoices, yColumns } from "@/chart/kinds";
import { formatY } from "@/chart/lines";
import { spaced } from "@/chart/plots";
import { curveOf, isAscending, sortedByX } from "@/chart/points";
import { smoothed } from "@/chart/smoothing";

const column = (name: string, extra: Partial<SeriesColumn> = {}): SeriesColumn => ({
  name,
  type: "float",
  count: 2,
  first: 1,
  last: 2,
  min: 1,
  max: 2,
  mean: 1.5,
  first_step: null,
  last_step: null,
  min_step: null,
  max_step: null,
  ...extra,
});
const series = (extra: Partial<Series> = {}): Series => ({
  name: "s",
  kind: "scalar",
  description: null,
  count: 2,
  columns: [column("")],
  last_at: null,
  low_step: null,
  high_step: null,
  artifacts: null,
  ...extra,
});

test("NaN is a gap, infinity a gap and marked, and neither moves a neighbour", () => {
  const curve = curveOf([0, 1, 2, 3, 4], [1, "NaN", "Infinity", "-Infinity", 5]);
  expect(curve.xs).toEqual([0, 1, 2, 3, 4]);
  expect(curve.ys).toEqual([1, null, null, null, 5]);
  expect(curve.infinite).toEqual([
    { x: 2, sign: 1 },
    { x: 3, sign: -1 },
  ]);
});

test("a point without a place on x is not drawn somewhere else", () => {
  expect(curveOf([0, null, "NaN", 3], [1, 2, 3, 4])).toMatchObject({ xs: [0, 3], ys: [1, 4] });
});

test("smoothing leaves a constant exactly as it is", () => {
  const value = 0.1 + 0.2;
  const ys = Array<number>(1000).fill(value);
  expect(
    smoothed(
      ys.map((_, index) => index),
      ys,
      0.99,
    ).every((each) => each === value),
  ).toBe(true);
});

test("smoothing stays within what the values were, and keeps gaps", () => {
  const ys = [1, 5, null, 2, 8, 3, 3, 3];
  const result = smoothed(
    ys.map((_, index) => index),
    ys,
    0.8,
  );
  expect(result[2]).toBeNull();
  for (const each of result) if (each !== null) expect(each >= 1 && each <= 8).toBe(true);
  expect(smoothed([0, 1], [1, 2], 0)).toEqual([1, 2]);
});

test("points that lie close together count together as much as one", () => {
  const even = smoothed([0, 1, 2, 3], [0, 0, 10, 10], 0.5).at(-1) as number;
  const crowded = smoothed([0, 1, 2, 2.001, 2.002, 3], [0, 0, 10, 10, 10, 10], 0.5).at(-1) as number;
  expect(Math.abs(even - crowded)).toBeLessThan(2);
});

test("curves that go back and forth are recognised, and can be put in order", () => {
  const curve = curveOf([3, 1, 2], [30, 10, 20]);
  expect(isAscending(curve.xs)).toBe(false);
  expect(sortedByX(curve)).toMatchObject({ xs: [1, 2, 3], ys: [10, 20, 30] });
});

test("every kind of metric has its usual picture", () => {
  expect(usualLook(series({ count: 1 }))).toBe("tile");
  expect(usualLook(series({ count: 2 }))).toBe("line");
  expect(usualLook(series({ kind: "list", count: 5 }))).toBe("line");
  expect(usualLook(series({ columns: [column("", { type: "text", mean: null })] }))).toBe("table");
  expect(usualLook(series({ kind: "table", columns: [column("x"), column("y")] }))).toBe("curve");
  expect(usualLook(series({ kind: "row", columns: [column("x"), column("y")], count: 1 }))).toBe("table");
  expect(usualLook(series({ kind: "row", columns: [column("x"), column("y"), column("z")] }))).toBe("table");
  expect(usualLook(series({ kind: "row", columns: [column("x"), column("n", { type: "text", mean: null })] }))).toBe(
    "table",
  );
  expect(usualLook(series({ kind: "confusion_matrix" }))).toBe("confusion");
});

test("the first number column of a two-column table is on x, steps of a scalar where it has them", () => {
  const table = series({ kind: "table", columns: [column("alpha"), column("mse")] });
  expect(usualX(table, "step")).toBe("alpha");
  expect(yColumns(table, "alpha")).toEqual(["mse"]);
  expect(usualX(series(), null)).toBe("index");
  const stepped = series({ low_step: 0, high_step: 7 });
  expect(usualX(stepped, null)).toBe("step");
  expect(usualX(stepped, "time")).toBe("time");
  expect(xChoices(series()).map((choice) => choice.value)).toEqual(["index", "time"]);
});

test("numbers at the ends of lines make room for each other and stay in the plot", () => {
  expect(spaced([10, 10, 50], 10, 100)).toEqual([10, 20, 50]);
  const crowded = spaced([90, 95, 99], 10, 100);
  expect(crowded.at(-1)).toBeLessThanOrEqual(100);
  expect(crowded.every((place, index) => index === 0 || place - (crowded[index - 1] as number) >= 10)).toBe(true);
});

test("what is on y is told in its unit", () => {
  const told = (["number", "bytes", "rate", "percent"] as const).map((kind) => formatY(kind, 3 * 2 ** 20));
  expect(told).toEqual(["3\u202f145\u202f728", "3.0 MiB", "3.0 MiB/s", "3\u202f150\u202f000 %"]);
});
