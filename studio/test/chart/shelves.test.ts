import { expect, test } from "vitest";
import { fits, sectionsOf } from "@/chart/sections";
import { shelfRows } from "@/chart/shelves";
import { smoothingOf } from "@/chart/smoothing";
import { cardsOf, cardsText, withCard } from "@/pages/run/metrics/cards";

const section = (items: number, isOpen = true, head: unknown = "head") => ({
  key: "s",
  head,
  isOpen,
  items: Array.from({ length: items }, (_, index) => index),
  leastPx: 300,
});

test("cards fall into as many columns as the width has room for, and at least into one", () => {
  const rows = shelfRows([section(5)], 616, 16);
  expect(rows.map((row) => (row.kind === "cards" ? row.items.map(({ item }) => item) : row.kind))).toEqual([
    "head",
    [0, 1],
    [2, 3],
    [4],
  ]);
  expect(shelfRows([section(2)], 100, 16)).toHaveLength(3);
});

test("a wide card takes two columns, and a new row where there is no room; in one column it is as all others", () => {
  const wide = (item: number) => (item === 1 || item === 3 ? 2 : 1);
  const spans = (width: number) =>
    shelfRows([section(5, true, null)], width, 16, wide).map((row) =>
      row.kind === "cards" ? row.items.map(({ item, span }) => `${item}×${span}`).join(" ") : "",
    );
  expect(spans(616)).toEqual(["0×1", "1×2", "2×1", "3×2", "4×1"]);
  expect(spans(932)).toEqual(["0×1 1×2", "2×1 3×2", "4×1"]);
  expect(spans(300)).toEqual(["0×1", "1×1", "2×1", "3×1", "4×1"]);
});

test("a closed section is its head, and one without a head is its cards", () => {
  expect(shelfRows([section(5, false)], 616, 16).map(({ kind }) => kind)).toEqual(["head"]);
  expect(shelfRows([section(1, true, null)], 616, 16).map(({ kind }) => kind)).toEqual(["cards"]);
});

test("metrics are in the section of what stands before their last slash, those without one first", () => {
  const names = ["train/loss", "score", "a/b/c", "train/acc", "/odd"];
  expect(sectionsOf(names, (name) => name)).toEqual([
    { name: "", items: ["score", "/odd"] },
    { name: "train", items: ["train/loss", "train/acc"] },
    { name: "a/b", items: ["a/b/c"] },
  ]);
});

test("a search takes words in any order and any case", () => {
  expect(fits("train/Loss", "LOSS tr")).toBe(true);
  expect(fits("train/Loss", "loss val")).toBe(false);
  expect(fits("train/Loss", "")).toBe(true);
});

test("how cards are shown comes back from an address; a card as usual takes no room in it", () => {
  const cards = withCard(new Map(), "a;b/loss", { look: "table", logX: true, y: ["x,y", "z"], x: "time" });
  expect(cardsOf(cardsText(cards))).toEqual(cards);
  expect(cardsText(withCard(cards, "a;b/loss", { log: false, logX: false }))).toBeNull();
  expect(cardsOf("loss~look=nonsense")).toEqual(new Map([["loss", {}]]));
});

test("an amount of smoothing that makes no sense is none", () => {
  expect([smoothingOf(null), smoothingOf("x"), smoothingOf("-1"), smoothingOf("7")]).toEqual([0, 0, 0, 0.99]);
});
