import { expect, test } from "vitest";
import { rangesOf, zoomText } from "@/chart/zooms";

test("what charts are zoomed to together comes back from the address, by what is on x", () => {
  const ranges = new Map<string, [number, number]>([
    ["step", [10.5, 20]],
    ["a;b~c=1", [-1e9, 2e-7]],
  ]);
  expect(rangesOf(zoomText(ranges))).toEqual(ranges);
  expect(rangesOf(zoomText(new Map()))).toEqual(new Map());
  expect([rangesOf(null), rangesOf("nonsense")]).toEqual([null, null]);
  expect(rangesOf("shared;step~from=9~to=1;time~from=x~to=2;index")).toEqual(new Map());
});
