/** A dashboard as one parameter of the address: sections, and the tiles of each, in their order. */

import { columnOfToken, columnToken, SUMMARIES } from "@/pages/table/columns";
import { fieldList, fieldText, type Item, itemsOf, itemText } from "@/parts/compact";
import { type Grouping, type Metric, newTile, TILE_KINDS, type Tile, type TileKind } from "./tiles";

export type TileSection = { title: string; tiles: readonly Tile[] };
export type Layout = readonly TileSection[];

const SECTION = "section";
// Between the name of a metric and its column; no name that anybody gives has it.
const COLUMN_SIGN = "\u0001";

/** `section~t=Mine;lines~y=loss,acc~x=time~log`: what is as usual is left out. */
export function layoutText(layout: Layout): string | null {
  const items = layout.flatMap(({ title, tiles }) => [itemText(SECTION, { t: title }), ...tiles.map(tileText)]);
  return items.join(";") || null;
}

function tileText(tile: Tile): string {
  const usual = newTile({ id: "" });
  const { grouping } = tile;
  return itemText(tile.kind, {
    t: tile.title,
    y: tile.metrics.map(metricText),
    x: tile.x === usual.x ? null : tile.x,
    over: tile.over && metricText(tile.over),
    by: tile.against && columnToken(tile.against),
    of: tile.of === usual.of ? null : tile.of,
    mean: grouping === "each" ? null : grouping === "all" ? "all" : columnToken(grouping),
    band: tile.band === usual.band ? null : tile.band,
    logx: tile.logX,
    log: tile.logY,
    axes: tile.columns.map(columnToken),
  });
}

const metricText = ({ metric, column }: Metric) => (column === "" ? metric : `${metric}${COLUMN_SIGN}${column}`);

function metricOf(text: string): Metric {
  const [metric = "", column = ""] = text.split(COLUMN_SIGN);
  return { metric, column };
}

/** The dashboard that a text means; what nobody of us wrote is left out. */
export function layoutOf(text: string | null): Layout {
  const sections: { title: string; tiles: Tile[] }[] = [];
  itemsOf(text).forEach((item, place) => {
    if (item.head === SECTION) sections.push({ title: fieldText(item, "t"), tiles: [] });
    else if (isKind(item.head)) {
      if (sections.length === 0) sections.push({ title: "", tiles: [] });
      sections.at(-1)?.tiles.push(tileOf(item, item.head, `own.${place}`));
    }
  });
  return sections;
}

const isKind = (text: string): text is TileKind => (TILE_KINDS as readonly string[]).includes(text);

function tileOf(item: Item, kind: TileKind, id: string): Tile {
  const usual = newTile({ id });
  const of = fieldText(item, "of");
  const over = fieldText(item, "over");
  return {
    ...usual,
    kind,
    title: fieldText(item, "t"),
    metrics: fieldList(item, "y").map(metricOf),
    x: fieldText(item, "x") || usual.x,
    over: over ? metricOf(over) : null,
    against: columnOfToken(fieldText(item, "by")),
    of: SUMMARIES.find((each) => each === of) ?? usual.of,
    grouping: groupingOf(fieldText(item, "mean")),
    band: fieldText(item, "band") === "deviation" ? "deviation" : "range",
    logX: item.fields.has("logx"),
    logY: item.fields.has("log"),
    columns: fieldList(item, "axes").flatMap((token) => columnOfToken(token) ?? []),
  };
}

function groupingOf(text: string): Grouping {
  if (text === "") return "each";
  return text === "all" ? "all" : (columnOfToken(text) ?? "each");
}

/** With this tile in the place of the one with its id; a new one goes to the end of the section `into`, or the first. */
export function withTile(layout: Layout, tile: Tile, into = 0): Layout {
  if (layout.some(({ tiles }) => tiles.some(({ id }) => id === tile.id)))
    return layout.map((section) => ({
      ...section,
      tiles: section.tiles.map((each) => (each.id === tile.id ? tile : each)),
    }));
  if (layout.length === 0) return [{ title: "", tiles: [tile] }];
  return layout.map((section, at) => (at === into ? { ...section, tiles: [...section.tiles, tile] } : section));
}

export const withoutTile = (layout: Layout, id: string): Layout =>
  layout.map((section) => ({ ...section, tiles: section.tiles.filter((tile) => tile.id !== id) }));

/** With the tile moved by so many places; past the end of its section it goes into the next one. */
export function movedTile(layout: Layout, id: string, by: -1 | 1): Layout {
  const at = layout.findIndex(({ tiles }) => tiles.some((tile) => tile.id === id));
  const section = layout[at];
  const place = section?.tiles.findIndex((tile) => tile.id === id) ?? -1;
  const tile = section?.tiles[place];
  if (!section || !tile) return layout;
  const rest = section.tiles.filter((each) => each !== tile);
  const to = place + by;
  if (to >= 0 && to <= rest.length)
    return layout.map((each, index) => (index === at ? { ...each, tiles: inserted(rest, to, tile) } : each));
  const next = layout[at + by];
  if (!next) return layout;
  return layout.map((each, index) => {
    if (index === at) return { ...each, tiles: rest };
    if (index === at + by) return { ...each, tiles: inserted(each.tiles, by > 0 ? 0 : each.tiles.length, tile) };
    return each;
  });
}

export function movedSection(layout: Layout, at: number, by: -1 | 1): Layout {
  const section = layout[at];
  if (!section || at + by < 0 || at + by >= layout.length) return layout;
  return inserted(
    layout.filter((_, index) => index !== at),
    at + by,
    section,
  );
}

const inserted = <T>(items: readonly T[], at: number, item: T): T[] => [
  ...items.slice(0, at),
  item,
  ...items.slice(at),
];
