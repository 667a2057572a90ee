import { expect, test } from "vitest";
import type { Column, MetricNames, TableRow } from "@/api/types";
import { isOrderLost } from "@/pages/table/changes";
import { columnOfToken, columnTitle, columnToken, defaultColumns, metricsOf } from "@/pages/table/columns";
import { filterOf, type Group, NO_CONDITIONS, ruleText, sinceAt } from "@/pages/table/filters";
import { movedBefore, nextOrders } from "@/pages/table/HeaderRow";
import { inOrder } from "@/pages/table/layouts";
import { groupFilter } from "@/pages/table/lines";
import { metricsNear, type PageAnswer } from "@/pages/table/rows";
import { rulesOfText, rulesText } from "@/pages/table/rules";
import {
  EVERYTHING_SELECTED,
  isSelected,
  NOTHING_SELECTED,
  selectedCount,
  selecting,
  stepOf,
} from "@/pages/table/selections";
import { dashboardOf, parametersOf, rewritten, searchOf, type View, viewOf, viewOfSearch } from "@/pages/table/views";

const NASTY = "a:b,c~d%2C/é -x";

const COLUMNS: Column[] = [
  { field: "status" },
  { tag: NASTY },
  { property: "azureml.git.branch" },
  { param: NASTY },
  { metric: NASTY, of: "min", column: "" },
  { metric: "scores", of: "max", column: NASTY },
  { metric: "loss", of: "min_step", column: "" },
];

const LOSS: Column = { metric: "loss", of: "min", column: "" };

const named = (name: string, extra: Partial<MetricNames> = {}): MetricNames => ({
  name,
  kind: "scalar",
  columns: [""],
  numeric: [""],
  run_count: 1,
  ...extra,
});

test("a column comes back from its token, whatever its name contains", () => {
  for (const column of COLUMNS) expect(columnOfToken(columnToken(column))).toEqual(column);
});

test("a token that nobody wrote is no column", () => {
  for (const token of ["", ":", "tag:", "metric:x:median", "metric:x", "a:b:c", "%zz", "tag:%"])
    expect(columnOfToken(token), token).toBeNull();
});

const RULES: Group = {
  every: true,
  rules: [
    { column: { tag: NASTY }, op: "<=", value: NASTY },
    {
      every: false,
      not: true,
      rules: [
        { column: LOSS, op: "<", value: "0.5", not: true },
        {
          every: true,
          rules: [
            { column: { param: "lr" }, op: "exists", value: "" },
            { column: { field: "status" }, op: "!=", value: "(a|b)!" },
          ],
        },
      ],
    },
  ],
};

const PLAIN: View = {
  columns: null,
  pinned: [],
  widths: {},
  orders: [],
  filter: NO_CONDITIONS,
  withChildren: false,
  by: [],
  figure: "mean",
};

const FULL: View = {
  columns: COLUMNS,
  pinned: [columnToken({ tag: NASTY }), "status"],
  widths: { [columnToken(LOSS)]: 120, display_name: 300 },
  orders: [
    { column: { metric: NASTY, of: "min", column: "" }, descending: true },
    { column: { param: "lr" }, descending: false },
  ],
  filter: {
    text: "ridge & co",
    statuses: ["Running", "Failed"],
    experiments: [NASTY, "two"],
    since: "7d",
    archived: "with",
    rules: RULES,
  },
  withChildren: true,
  by: [{ tag: NASTY }, { field: "status" }],
  figure: "max",
};

test("a view comes back from its address", () => {
  expect(viewOfSearch(searchOf(FULL))).toEqual(FULL);
});

test("a view holds the dashboard that is open, and nothing of one that is not", () => {
  const tiles = "section~t=Mine;lines~y=a%2Cb";
  const search = searchOf(FULL, { compare: "*", part: "charts", tiles, closed: "train", smooth: "0.5", hide: null });
  expect(rewritten(`view=x&${search}&other=1`)).toBe(search);
  expect(dashboardOf(search)).toMatchObject({ compare: "*", tiles, closed: "train", smooth: "0.5", hide: null });
  expect(viewOfSearch(search)).toEqual(FULL);
  expect(rewritten(`tiles=${tiles}&sort=number`)).toBe("sort=number");
});

test("no choice is an empty address, and no column at all is a choice", () => {
  expect(searchOf(PLAIN)).toBe("");
  expect(viewOf(parametersOf(PLAIN))).toEqual(PLAIN);
  expect(viewOfSearch(searchOf({ ...PLAIN, columns: [] })).columns).toEqual([]);
});

test("what nobody of us wrote in an address is left out", () => {
  const view = viewOfSearch(
    "?sort=-%25zz&widths=status~9,status~x,:~80&since=ever&archived=1&figure=sum&by=:&if=((a~=",
  );
  expect({ ...view, filter: { ...view.filter, rules: NO_CONDITIONS.rules } }).toEqual(PLAIN);
});

test("rules come back from their text, whatever is in them", () => {
  const one = { column: LOSS, op: "<", value: "1" } as const;
  for (const group of [
    RULES,
    { every: false, rules: [one, one] },
    { every: true, not: true, rules: [one, one] },
    { every: true, rules: [one] },
    { every: true, rules: [] },
  ] as Group[])
    expect(rulesOfText(rulesText(group)), rulesText(group)).toEqual(group);
});

test("brackets without end are no filter and no endless loop", () => {
  for (const text of ["((((", "))))", "!!!", "a~b~c|||", `${"(".repeat(5000)}status~=~x`]) rulesOfText(text);
  expect(rulesOfText("status~=~x)),,tag:a~exists~").rules[0]).toEqual({
    column: { field: "status" },
    op: "=",
    value: "x",
  });
});

test("rules ask the server for what they say", () => {
  const low = { column: LOSS, op: "<", value: "0.5" } as const;
  const slow = { column: { field: "duration_ms" }, op: ">", value: "90", not: true } as const;
  const rules: Group = { every: false, not: true, rules: [low, { every: true, rules: [slow] }] };
  expect(filterOf({ ...NO_CONDITIONS, rules })).toEqual({
    not: {
      or: [
        { column: LOSS, op: "<", value: 0.5 },
        { not: { column: { field: "duration_ms" }, op: ">", value: 90_000 } },
      ],
    },
  });
});

test("words that spell numbers are ordered as numbers, and compared as they are written", () => {
  const rules: Group = {
    every: true,
    rules: [
      { column: { param: "lr" }, op: "<", value: "0,01" },
      { column: { tag: "fold" }, op: "=", value: "3" },
      { column: { tag: "fold" }, op: ">", value: "a" },
    ],
  };
  expect(filterOf({ ...NO_CONDITIONS, rules })).toEqual({
    and: [
      { column: { param: "lr" }, op: "<", value: 0.01 },
      { column: { tag: "fold" }, op: "=", value: "3" },
      { column: { tag: "fold" }, op: ">", value: "a" },
    ],
  });
});

test("no condition asks for no filter, and one is not wrapped", () => {
  expect(filterOf(NO_CONDITIONS)).toBeUndefined();
  expect(filterOf({ ...NO_CONDITIONS, text: "  two words " })).toEqual({ text: "two words" });
});

test("a stretch of time begins at a whole minute", () => {
  expect(sinceAt("24h", Date.parse("2026-01-02T03:04:59.999Z"))).toBe("2026-01-01T03:04:00.000Z");
});

test("a rule reads like a sentence", () => {
  expect(ruleText({ column: LOSS, op: "<", value: "0.5" })).toBe("loss (min) is below 0.5");
  const best = { column: { tag: "best" }, op: "exists", value: "", not: true } as const;
  const low = { column: LOSS, op: "<", value: "0.5" } as const;
  expect(ruleText({ every: false, not: true, rules: [best, low] })).toBe(
    "not (not best is there or loss (min) is below 0.5)",
  );
});

test("a selection is some runs, or all but some", () => {
  const some = selecting(NOTHING_SELECTED, ["a", "b"], true);
  expect([isSelected(some, "a"), isSelected(some, "c"), selectedCount(some, 9)]).toEqual([true, false, 2]);
  const others = selecting(EVERYTHING_SELECTED, ["a"], false);
  expect([isSelected(others, "a"), isSelected(others, "c"), selectedCount(others, 9)]).toEqual([false, true, 8]);
  const query = { experiment: "e", include_children: false, sort: [] };
  expect(stepOf(some, query, 9, { action: "archive" })).toEqual({ action: "archive", run_ids: ["a", "b"] });
  expect(stepOf(others, query, 9, { action: "delete" })).toEqual({
    action: "delete",
    expected: 8,
    query: {
      experiment: "e",
      include_children: false,
      filter: { not: { column: { field: "run_id" }, op: "in", value: ["a"] } },
    },
  });
});

test("a click on a head sorts one way, the other way, and not at all; with Shift it is added", () => {
  const first = nextOrders([], LOSS, false);
  const second = nextOrders(first, LOSS, false);
  expect([first, second, nextOrders(second, LOSS, false)]).toEqual([
    [{ column: LOSS, descending: true }],
    [{ column: LOSS, descending: false }],
    [],
  ]);
  expect(nextOrders(first, { tag: "t" }, true)).toEqual([...first, { column: { tag: "t" }, descending: false }]);
  expect(nextOrders(first, { tag: "t" }, false)).toEqual([{ column: { tag: "t" }, descending: false }]);
});

test("columns are moved, and pinned ones come first", () => {
  const columns: Column[] = [{ field: "a" }, { field: "b" }, { field: "c" }];
  const names = (found: readonly Column[]) => found.map(columnToken).join("");
  expect(names(movedBefore(columns, "c", "a"))).toBe("cab");
  expect(names(movedBefore(columns, "a", null))).toBe("bca");
  expect(names(movedBefore(columns, "z", "a"))).toBe("abc");
  expect(names(inOrder(columns, ["c"]))).toBe("cab");
});

test("the runs of a group are found by its values, also by those it does not have", () => {
  const by: Column[] = [{ tag: "t" }, { field: "child_count" }];
  expect(groupFilter({ text: "x" }, by, [null, 3])).toEqual({
    and: [
      { text: "x" },
      { not: { column: { tag: "t" }, op: "contains", value: "" } },
      { column: { field: "child_count" }, op: "=", value: 3 },
    ],
  });
});

test("the order is lost only when a value that it goes by has changed", () => {
  const row = (loss: number, status: string) =>
    ({ run: { run_id: "a", status, tags: {} }, values: [loss] }) as unknown as TableRow;
  const token = columnToken(LOSS);
  const page: PageAnswer = { rows: [row(1, "Running")], total: 1, tokens: [token] };
  const lost = (now: TableRow, column: Column) =>
    isOrderLost([page], new Map([["a", now]]), [token], [{ column, descending: false }]);
  expect([
    lost(row(2, "Running"), LOSS),
    lost(row(1, "Failed"), LOSS),
    lost(row(1, "Failed"), { field: "status" }),
  ]).toEqual([true, false, true]);
});

test("names are offered by how many runs use them", () => {
  const names = [named("picture", { kind: "image" }), named("acc"), named("loss", { run_count: 2 })];
  expect(metricsOf(names).map((each) => each.metric)).toEqual(["loss", "acc"]);
});

test("somebody who chose nothing sees the metrics that the runs logged, as far as they are numbers", () => {
  const columns = defaultColumns(metricsOf([named("loss"), named("acc"), named("note", { numeric: [] })]), true);
  expect(columns.map(columnTitle)).toEqual(["Status", "Created", "Duration", "acc", "loss"]);
});

test("values are asked for of the columns near those in view, in blocks, and of those that are pinned", () => {
  const columns: Column[] = [
    { field: "status" },
    ...Array.from({ length: 199 }, (_, n) => ({ ...LOSS, metric: `m${n + 1}` })),
  ];
  const names = (pinned: number, left: number, right: number) =>
    metricsNear(columns, pinned, left, right).map((column) => ("metric" in column ? column.metric : column));
  const whole = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `m${from + n}`);
  expect(names(0, 0, 8)).toEqual(whole(1, 49));
  expect(names(0, 35, 43)).toEqual(whole(1, 99));
  expect(names(0, 70, 80)).toEqual(whole(50, 99));
  expect(names(2, 170, 180)).toEqual([...whole(1, 49), ...whole(150, 199)]);
});
