import { expect, test } from "vitest";
import type { Column, Run, Series } from "@/api/types";
import { columnOfToken, columnTitle, columnToken, defaultColumns, metricsUsed, namesUsed } from "@/pages/table/columns";
import { conditionText, filterOf, NO_CONDITIONS } from "@/pages/table/filters";
import { parametersOf, type View, viewOf } from "@/pages/table/views";

const NASTY = "a:b,c~d%2C/é -x";

const COLUMNS: Column[] = [
  { field: "status" },
  { tag: NASTY },
  { property: "azureml.git.branch" },
  { metric: NASTY, of: "min", column: "" },
  { metric: "scores", of: "max", column: NASTY },
];

const series = (name: string, extra: Partial<Series> = {}): Series => ({
  name,
  kind: "scalar",
  description: null,
  count: 1,
  last_at: null,
  low_step: null,
  high_step: null,
  artifacts: null,
  columns: [
    {
      name: "",
      type: "float",
      count: 1,
      first: 1,
      last: 1,
      min: 1,
      max: 1,
      mean: 1,
      first_step: null,
      last_step: null,
      min_step: null,
      max_step: null,
    },
  ],
  ...extra,
});

test("a column comes back from its token, whatever its name contains", () => {
  for (const column of COLUMNS) expect(columnOfToken(columnToken(column))).toEqual(column);
});

test("a token that nobody wrote is no column", () => {
  for (const token of ["", ":", "tag:", "metric:x:median", "metric:x", "a:b:c", "%zz", "tag:%"])
    expect(columnOfToken(token), token).toBeNull();
});

test("a view comes back from its parameters, through an address and back", () => {
  const view: View = {
    columns: COLUMNS,
    order: { column: { metric: NASTY, of: "min", column: "" }, descending: true },
    filter: {
      text: "ridge & co",
      statuses: ["Running", "Failed"],
      experiments: [NASTY, "two"],
      conditions: [{ column: { tag: NASTY }, op: "<=", value: NASTY }],
    },
    withChildren: true,
  };
  const written = new URLSearchParams(
    Object.entries(parametersOf(view)).map(([k, v]): [string, string] => [k, v ?? ""]),
  );
  const read = new URLSearchParams(written.toString());
  expect(viewOf(Object.fromEntries(read) as ReturnType<typeof parametersOf>)).toEqual(view);
});

test("no choice is an empty address", () => {
  const view: View = { columns: null, order: null, filter: NO_CONDITIONS, withChildren: false };
  expect(Object.values(parametersOf(view)).every((value) => value === null)).toBe(true);
  expect(viewOf(parametersOf(view))).toEqual(view);
});

test("conditions on metrics are compared as numbers, on tags as text, on durations in seconds", () => {
  const filter = filterOf({
    ...NO_CONDITIONS,
    conditions: [
      { column: { metric: "loss", of: "min", column: "" }, op: "<", value: "0.5" },
      { column: { tag: "fold" }, op: "=", value: "3" },
      { column: { field: "duration_ms" }, op: ">", value: "90" },
    ],
  });
  expect(filter).toEqual({
    and: [
      { column: { metric: "loss", of: "min", column: "" }, op: "<", value: 0.5 },
      { column: { tag: "fold" }, op: "=", value: "3" },
      { column: { field: "duration_ms" }, op: ">", value: 90_000 },
    ],
  });
});

test("no condition asks for no filter, and one is not wrapped", () => {
  expect(filterOf(NO_CONDITIONS)).toBeUndefined();
  expect(filterOf({ ...NO_CONDITIONS, text: "  two words " })).toEqual({ text: "two words" });
});

test("a condition reads like a sentence", () => {
  expect(conditionText({ column: { metric: "loss", of: "min", column: "" }, op: "<", value: "0.5" })).toBe(
    "loss (min) is below 0.5",
  );
  expect(conditionText({ column: { tag: "best" }, op: "exists", value: "" })).toBe("best is there");
});

test("names are offered by how many runs use them", () => {
  const runs = [{ tags: { a: "1", b: "1" } }, { tags: { b: "2" } }] as unknown as Run[];
  expect(namesUsed(runs, "tags")).toEqual(["b", "a"]);
  const image = series("picture", { artifacts: ["picture.png"] });
  expect(
    metricsUsed([
      [series("loss"), image],
      [series("loss"), series("acc")],
    ]).map((each) => each.metric),
  ).toEqual(["loss", "acc"]);
});

test("somebody who chose nothing sees the metrics that the runs logged", () => {
  const columns = defaultColumns(metricsUsed([[series("loss"), series("acc")]]), true);
  expect(columns.map(columnTitle)).toEqual(["Status", "Created", "Duration", "acc", "loss"]);
});
