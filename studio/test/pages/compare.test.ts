import { expect, test } from "vitest";
import type { Run, Series } from "@/api/types";
import { curveOf } from "@/chart/points";
import { comparedLines, newSpec, overMetric, pointLines, specTitle, usualSpecs } from "@/pages/compare/charts";
import { argumentsOf, differences } from "@/pages/compare/differences";

const run = (extra: Partial<Run> = {}): Run =>
  ({
    run_id: "r",
    display_name: "one",
    tags: {},
    properties: {},
    arguments: [],
    status: "Completed",
    duration_ms: 1000,
    started_at: "1970-01-01T00:00:01.000Z",
    script: null,
    target: null,
    ...extra,
  }) as Run;
const series = (name: string, count: number, last = 1): Series => ({
  name,
  kind: "scalar",
  description: null,
  count,
  last_at: null,
  low_step: null,
  high_step: null,
  artifacts: null,
  columns: [
    {
      name: "",
      type: "float",
      count,
      first: last,
      last,
      min: last,
      max: last,
      mean: last,
      first_step: null,
      last_step: null,
      min_step: null,
      max_step: null,
    },
  ],
});
const loss = { metric: "loss", column: "" };
const acc = { metric: "acc", column: "" };

test("what was logged often is drawn along x, what was logged once as a point per run", () => {
  const specs = usualSpecs([[series("loss", 1), series("mse", 1)], [series("loss", 50)]]);
  expect(specs.map((spec) => `${spec.kind} ${specTitle(spec)}`)).toEqual(["lines loss", "points mse (last)"]);
});

test("a run keeps its colour over all charts of one metric", () => {
  const curve = curveOf([0, 1], [1, 2]);
  const drawn = [{ run: run(), position: 4, metric: loss, curve }];
  expect(comparedLines(newSpec({ id: "a", metrics: [loss] }), drawn, 0)).toMatchObject([{ index: 4, label: "one" }]);
  const both = comparedLines(newSpec({ id: "a", metrics: [acc, loss] }), drawn, 0);
  expect(both).toMatchObject([{ index: 9, label: "one · loss" }]);
});

test("elapsed time counts from the start of the run, not from its first value", () => {
  const drawn = [{ run: run(), position: 0, metric: loss, curve: curveOf([3000, 4000], [1, 2]) }];
  expect(comparedLines(newSpec({ id: "a", metrics: [loss], x: "elapsed" }), drawn, 0)[0]?.xs).toEqual([2000, 3000]);
});

test("the mean of runs comes with its lowest and highest", () => {
  const drawn = [0, 10].map((start, position) => ({
    run: run(),
    position,
    metric: loss,
    curve: curveOf([0, 1], [start, start]),
  }));
  const lines = comparedLines(newSpec({ id: "a", metrics: [loss], isSpread: true }), drawn, 0);
  expect(lines.map((line) => [line.role ?? "line", line.ys[0]])).toEqual([
    ["low", 0],
    ["high", 10],
    ["line", 5],
  ]);
});

test("a value over a tag is placed by the number in the tag, and runs without one are left out", () => {
  const spec = newSpec({ id: "a", kind: "points", metrics: [loss], against: { tag: "alpha" } });
  const rows = [
    { position: 0, x: "0.5", ys: [3] },
    { position: 1, x: "0.1", ys: [1] },
    { position: 2, x: "none", ys: [9] },
    { position: 3, x: null, ys: [9] },
    { position: 4, x: "0.7", ys: ["Infinity" as const] },
  ];
  expect(pointLines(spec, rows)).toMatchObject([
    { xs: [0.1, 0.5, 0.7], ys: [1, 3, null], infinite: [{ x: 0.7, sign: 1 }] },
  ]);
  expect(pointLines({ ...spec, against: null }, rows)[0]).toMatchObject({ xs: [1, 2, 3, 4, 5], role: "dots" });
});

test("arguments are told apart by their names", () => {
  expect(argumentsOf({ arguments: ["--alpha", "0.3", "--fast", "--n=5", "data", "-x", "-1"] })).toEqual({
    "--alpha": "0.3",
    "--fast": "✓",
    "--n": "5",
    "argument 5": "data",
    "-x": "-1",
  });
});

test("differences are set apart from what all runs share", () => {
  const runs = [run({ run_id: "a", tags: { fold: "1", best: null } }), run({ run_id: "b", tags: { fold: "2" } })];
  const rows = differences(runs, { a: [series("loss", 1, 3)], b: [series("loss", 1, 4)] });
  expect(rows.filter((row) => row.isDifferent).map((row) => [row.name, ...row.values])).toEqual([
    ["best", "✓", ""],
    ["fold", "1", "2"],
    ["loss", "3", "4"],
  ]);
  expect(rows.some((row) => row.name === "Script")).toBe(false);
});

test("a table of two number columns is drawn over its first one", () => {
  const [column] = series("loss", 5).columns;
  const table = {
    ...series("curve", 5),
    kind: "table" as const,
    columns: [
      { ...column, name: "alpha" },
      { ...column, name: "mse" },
    ],
  } as Series;
  expect(usualSpecs([[table]])).toMatchObject([{ metrics: [{ metric: "curve", column: "mse" }], x: "alpha" }]);
});

test("one metric over another is joined value for value, and keeps the order of logging", () => {
  const one = run();
  const of = (metric: typeof loss, ys: (number | null)[]) => ({
    run: one,
    position: 0,
    metric,
    curve: curveOf([0, 1, 2], ys),
  });
  const drawn = overMetric([loss], acc, [of(loss, [5, 6, 7]), of(acc, [0.3, null, 0.1])]);
  expect(drawn).toMatchObject([{ metric: loss, curve: { xs: [0.3, 0.1], ys: [5, 7] } }]);
  expect(comparedLines(newSpec({ id: "a", metrics: [loss], over: acc }), drawn, 0.9)).toMatchObject([
    { isOrdered: true },
  ]);
  expect(overMetric([loss], acc, [of(loss, [1])])).toEqual([]);
});
