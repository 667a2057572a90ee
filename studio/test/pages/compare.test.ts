import { expect, test } from "vitest";
import type { Run, Series } from "@/api/types";
import { curveOf } from "@/chart/points";
import { dotLines } from "@/pages/compare/CompareScatter";
import { spread } from "@/pages/compare/catalogs";
import { coloringOf } from "@/pages/compare/colors";
import { argumentsOf, differences, environmentFacts } from "@/pages/compare/differences";
import {
  droppedTile,
  idAt,
  layoutOf,
  layoutText,
  movedSection,
  movedTile,
  withoutTile,
  withTile,
} from "@/pages/compare/layouts";
import { bandLines, comparedLines, overMetric } from "@/pages/compare/lines";
import { axesOf, isWithin } from "@/pages/compare/parallels";
import { canBeColored, isWhole, newTile, type Tile, tileTitle, usualTiles } from "@/pages/compare/tiles";
import { grouped } from "@/pages/compare/values";

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

test("what was logged often is drawn along x, what was logged once as a bar per run", () => {
  const tiles = usualTiles([[series("loss", 1), series("mse", 1)], [series("loss", 50)]]);
  expect(tiles.map((tile) => `${tile.kind} ${tileTitle(tile)}`)).toEqual(["lines loss", "bars mse (last)"]);
});

test("a run keeps its colour over all charts of one metric", () => {
  const curve = curveOf([0, 1], [1, 2]);
  const drawn = [{ run: run(), position: 4, metric: loss, curve }];
  expect(comparedLines(newTile({ id: "a", metrics: [loss] }), drawn, 0)).toMatchObject([{ index: 4, label: "one" }]);
  const both = comparedLines(newTile({ id: "a", metrics: [acc, loss] }), drawn, 0);
  expect(both).toMatchObject([{ index: 9, label: "one · loss" }]);
});

test("elapsed time counts from the start of the run, not from its first value", () => {
  const drawn = [{ run: run(), position: 0, metric: loss, curve: curveOf([3000, 4000], [1, 2]) }];
  expect(comparedLines(newTile({ id: "a", metrics: [loss], x: "elapsed" }), drawn, 0)[0]?.xs).toEqual([2000, 3000]);
});

test("a mean has its bounds or its deviation around it, and smoothed the raw mean below it", () => {
  const band = {
    x: [0, 1],
    mean: [4, 2],
    deviation: [1, 0],
    low: [0, "-Infinity"],
    high: [9, 2],
    present: [2, 2],
    runs: 2,
    total: 4,
    x_kind: "step",
  };
  expect(bandLines("loss", 0, band, "range", 0).map(({ role, ys }) => [role ?? "line", ...ys])).toEqual([
    ["low", 0, null],
    ["high", 9, 2],
    ["line", 4, 2],
  ]);
  expect(bandLines("loss", 0, band, "deviation", 0.5).map(({ role, ys }) => [role ?? "line", ...ys])).toEqual([
    ["low", 3, 2],
    ["high", 5, 2],
    ["faint", 4, 2],
    ["line", 4, 3],
  ]);
});

const compared = (position: number) => ({
  run: run({ run_id: `r${position}`, display_name: `run ${position}` }),
  position,
});

test("a value over a tag is placed by the number in the tag, and runs without one are left out", () => {
  const tile = newTile({ id: "a", kind: "scatter", metrics: [loss], against: { tag: "alpha" } });
  const rows = [
    { run: compared(0), values: ["0.5", 3] },
    { run: compared(1), values: ["0.1", 1] },
    { run: compared(2), values: ["none", 9] },
    { run: compared(3), values: [null, 9] },
    { run: compared(4), values: ["0.7", "Infinity" as const] },
  ];
  expect(dotLines(tile, rows)).toMatchObject([
    { index: 0, xs: [0.5], ys: [3], role: "dots" },
    { index: 1, xs: [0.1], ys: [1] },
    { index: 4, xs: [0.7], ys: [null], infinite: [{ x: 0.7, sign: 1 }] },
  ]);
  expect(dotLines({ ...tile, metrics: [loss, acc] }, rows)[0]?.xs).toEqual([0.1, 0.5, 0.7]);
});

test("runs are grouped by a value, numbers in order, and those without one together", () => {
  const rows = ["10", "9", null, "10"].map((value, position) => ({ run: compared(position), values: [value] }));
  expect(grouped(rows).map(({ name, runs }) => [name, ...runs.map(({ position }) => position)])).toEqual([
    ["9", 1],
    ["10", 0, 3],
    ["none", 2],
  ]);
});

test("an axis places numbers by size, wide ranges by powers of ten, and words in their order", () => {
  const axes = axesOf([
    [1, "0.001", "cnn"],
    [3, "0.1", "mlp"],
    [2, "10", ""],
    [null, "NaN", "tree"],
  ]);
  expect(axes.map((axis) => axis.ticks.map(({ label }) => label))).toEqual([
    ["1", "2", "3"],
    ["0.001", "0.1", "10"],
    ["cnn", "mlp", "tree"],
  ]);
  expect(axes[1]?.shareOf("0.1")).toBeCloseTo(0.5);
  expect([axes[0]?.shareOf(null), axes[1]?.shareOf("NaN"), axes[2]?.shareOf("")]).toEqual([null, null, null]);
  const marks = new Map([[0, [0.4, 1] as const]]);
  expect(isWithin(axes, marks, [3, "0.1", "cnn"])).toBe(true);
  expect(isWithin(axes, marks, [1, "0.1", "cnn"])).toBe(false);
  expect(isWithin(axes, marks, [null, "0.1", "cnn"])).toBe(false);
});

const tiles: Tile[] = [
  newTile({ id: "own.1", metrics: [loss, { metric: "a;b~c=d,e%f", column: "x,y" }], title: "My; title", logX: true }),
  newTile({ id: "own.2", kind: "scatter", metrics: [acc], against: { tag: "l~r" }, of: "min", logY: true }),
  newTile({ id: "own.4", metrics: [loss], over: acc }),
  newTile({ id: "own.5", metrics: [loss], grouping: { tag: "fold" }, band: "deviation", x: "elapsed" }),
  newTile({
    id: "own.6",
    kind: "parallel",
    metrics: [loss],
    columns: [{ tag: "a,b" }, { field: "duration_ms" }],
    isWide: true,
    color: { param: "x~y" },
  }),
];
const layout = [
  { title: "One", tiles: tiles.slice(0, 2) },
  { title: "Two, three", tiles: tiles.slice(2) },
];

test("a dashboard is the same after its way through an address, whatever its names have in them", () => {
  expect(layoutOf(layoutText(layout))).toEqual(layout);
  expect(
    layoutOf(new URLSearchParams(new URLSearchParams({ t: layoutText(layout) ?? "" }).toString()).get("t")),
  ).toEqual(layout);
  expect(layoutText([{ title: "", tiles: [newTile({ id: "x", metrics: [loss] })] }])).toBe("section;lines~y=loss");
  expect(layoutOf(null)).toEqual([]);
  expect(layoutOf("nonsense~%%;lines~y=loss~of=never~by=%;section")).toMatchObject([
    { title: "", tiles: [{ metrics: [loss], of: "last", against: null }] },
    { title: "", tiles: [] },
  ]);
});

test("charts are added, changed, moved over the border of a section, and removed", () => {
  const ids = (changed: typeof layout | ReturnType<typeof layoutOf>) =>
    changed.map((each) => each.tiles.map((tile) => tile.id));
  expect(ids(withTile(layout, newTile({ id: "new" }), 1))[1]).toEqual(["own.4", "own.5", "own.6", "new"]);
  expect(withTile(layout, { ...(tiles[0] as Tile), title: "Other" })[0]?.tiles[0]?.title).toBe("Other");
  expect(ids(withTile([], newTile({ id: "new" })))).toEqual([["new"]]);
  expect(ids(movedTile(layout, "own.1", 1))).toEqual([
    ["own.2", "own.1"],
    ["own.4", "own.5", "own.6"],
  ]);
  expect(ids(movedTile(layout, "own.2", 1))).toEqual([["own.1"], ["own.2", "own.4", "own.5", "own.6"]]);
  expect(ids(movedTile(layout, "own.4", -1))).toEqual([
    ["own.1", "own.2", "own.4"],
    ["own.5", "own.6"],
  ]);
  expect(ids(movedTile(layout, "own.1", -1))).toEqual(ids(layout));
  expect(ids(withoutTile(layout, "own.4"))[1]).toEqual(["own.5", "own.6"]);
  expect(movedSection(layout, 1, -1).map(({ title }) => title)).toEqual(["Two, three", "One"]);
  expect(movedSection(layout, 0, -1)).toBe(layout);
});

test("a chart that is dropped goes beside another one, into another section, or to its end", () => {
  const ids = (changed: ReturnType<typeof layoutOf>) => changed.map((each) => each.tiles.map((tile) => tile.id));
  expect(ids(droppedTile(layout, "own.6", 1, "own.4"))[1]).toEqual(["own.6", "own.4", "own.5"]);
  expect(ids(droppedTile(layout, "own.1", 1, "own.5"))).toEqual([["own.2"], ["own.4", "own.1", "own.5", "own.6"]]);
  expect(ids(droppedTile(layout, "own.1", 0, null))[0]).toEqual(["own.2", "own.1"]);
  expect(droppedTile(layout, "own.1", 0, "own.1")).toBe(layout);
  expect(ids(droppedTile(layout, "unknown", 0, null))).toEqual(ids(layout));
  // What an id becomes on its way through the address.
  const moved = movedTile(layout, "own.1", 1);
  expect(layoutOf(layoutText(moved))[0]?.tiles[1]).toEqual({ ...tiles[0], id: idAt(moved, 0, 1) });
  expect(idAt(layout, 1, 2)).toBe("own.6");
});

test("a parameter is drawn as a metric is: on y, and as the colour of runs", () => {
  const tile = newTile({ id: "a", kind: "scatter", columns: [{ param: "lr" }], against: { tag: "n" } });
  expect([tileTitle(tile), isWhole(tile), isWhole({ ...tile, kind: "lines" })]).toEqual(["lr over n", true, false]);
  const rows = ["0.1", "0.4", "0.2", null].map((lr, at) => ({ run: compared(at), values: [lr, lr] }));
  const { paintOf, key } = coloringOf(rows);
  expect(dotLines(tile, rows, paintOf)).toMatchObject([
    { xs: [0.1], ys: [0.1], paint: { share: 0 } },
    { ys: [0.4], paint: { share: 1 } },
    { ys: [0.2] },
  ]);
  expect(paintOf("r3")).toEqual({ share: null });
  expect(key.map(({ label }) => label)).toEqual(["0.1", "0.25", "0.4", "none"]);
  const words = coloringOf(["b", "a", "b"].map((word, at) => ({ run: compared(at), values: [word] })));
  expect(words.key).toEqual([
    { label: "a", paint: { index: 0 } },
    { label: "b", paint: { index: 1 } },
  ]);
  expect([canBeColored(tile), canBeColored({ ...tile, metrics: [loss] })]).toEqual([true, false]);
});

test("of many runs a few are asked what metrics there are, from first to last", () => {
  expect(spread([1, 2, 3, 4, 5, 6, 7, 8, 9], 5)).toEqual([1, 3, 5, 7, 9]);
  expect(spread([1, 2], 5)).toEqual([1, 2]);
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

test("parameters, packages and commits are among what differs", () => {
  const definition = (numpy: string) => ({
    environment: {
      name: "train",
      python: { condaDependencies: { dependencies: ["python=3.11", { pip: [`numpy==${numpy}`, "pandas"] }] } },
      environmentVariables: { MODE: "x" },
    },
  });
  const runs = [
    run({
      run_id: "a",
      params: { depth: "1" },
      definition: definition("1.26"),
      properties: { "azureml.git.commit": "aa" },
    }),
    run({
      run_id: "b",
      params: { depth: "2" },
      definition: definition("2.0"),
      properties: { "azureml.git.commit": "bb" },
    }),
  ];
  const rows = differences(runs, {});
  expect(rows.filter((row) => row.isDifferent).map((row) => [row.group, row.name, ...row.values])).toEqual([
    ["Parameters", "depth", "1", "2"],
    ["Git", "azureml.git.commit", "aa", "bb"],
    ["Environment", "numpy", "==1.26", "==2.0"],
  ]);
  expect(rows.find((row) => row.name === "pandas")?.values).toEqual(["✓", "✓"]);
  expect(rows.some((row) => row.group === "Properties")).toBe(false);
});

test("an image and packages are told of a run only where they counted", () => {
  const facts = (enabled: boolean, userManagedDependencies: boolean) => {
    const python = { userManagedDependencies, condaDependencies: { dependencies: ["python=3.8"] } };
    const definition = { environment: { python, docker: { enabled, baseImage: "base:1" } } };
    return Object.values(environmentFacts({ environment_name: "e", definition })).filter(Boolean);
  };
  expect(facts(false, true)).toEqual(["e"]);
  expect(facts(true, false)).toEqual(["e", "base:1", "=3.8"]);
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
  expect(usualTiles([[table]])).toMatchObject([{ metrics: [{ metric: "curve", column: "mse" }], x: "alpha" }]);
});

test("one metric over another is joined step for step, and keeps their order", () => {
  const one = run();
  const of = (metric: typeof loss, ys: (number | null)[]) => ({
    run: one,
    position: 0,
    metric,
    curve: curveOf([0, 1, 2], ys),
  });
  const drawn = overMetric([loss], acc, [of(loss, [5, 6, 7]), of(acc, [0.3, null, 0.1])]);
  expect(drawn).toMatchObject([{ metric: loss, curve: { xs: [0.3, 0.1], ys: [5, 7] } }]);
  expect(comparedLines(newTile({ id: "a", metrics: [loss], over: acc }), drawn, 0.9)).toMatchObject([
    { isOrdered: true },
  ]);
  expect(overMetric([loss], acc, [of(loss, [1])])).toEqual([]);
});
