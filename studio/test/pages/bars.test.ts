import { expect, test } from "vitest";
import { aggregate, groupedValues } from "@/pages/compare/bars";
import { layoutOf, layoutText } from "@/pages/compare/layouts";
import { newTile, tileTitle } from "@/pages/compare/tiles";
import type { RunValues } from "@/pages/compare/values";

test("a bar of several runs is their mean, with their range or a standard deviation around it", () => {
  expect(aggregate([1, 2, 6], "range")).toEqual({ value: 3, text: "3", span: { low: 1, high: 6 }, count: 3 });
  const { span } = aggregate([1, 2, 6], "deviation");
  expect(span?.low).toBeCloseTo(3 - Math.sqrt(7));
  expect(span?.high).toBeCloseTo(3 + Math.sqrt(7));
});

test("what is no number does not count, and one number has nothing around it", () => {
  expect(aggregate([null, 4, Number.NaN, Number.POSITIVE_INFINITY], "range")).toMatchObject({ value: 4, span: null });
  expect(aggregate([null], "deviation")).toMatchObject({ value: null, span: null, count: 0 });
});

test("runs are put together by the value that follows those on y", () => {
  const rows = [
    [0.5, "10"],
    [0.7, "9"],
    [0.9, "10"],
    [0.1, null],
  ].map((values, position) => ({ run: { run: {}, position }, values })) as unknown as RunValues[];
  const groups = groupedValues(rows, 1, null);
  expect(groups.map(({ name, runs }) => [name, runs.map(({ values }) => values[0])])).toEqual([
    ["9", [0.7]],
    ["10", [0.5, 0.9]],
    ["none", [0.1]],
  ]);
  expect(groupedValues(rows, 1, "all runs").map(({ runs }) => runs.length)).toEqual([4]);
});

test("the address holds what bars are put together by", () => {
  const tile = newTile({
    id: "own.1",
    kind: "bars",
    metrics: [{ metric: "acc", column: "" }],
    grouping: { param: "depth" },
    band: "deviation",
  });
  const [section] = layoutOf(layoutText([{ title: "", tiles: [tile] }]));
  expect(section?.tiles).toEqual([tile]);
  expect(tileTitle(tile)).toBe("acc (last): mean by depth");
});
