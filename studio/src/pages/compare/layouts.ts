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
    color: tile.color && columnToken(tile.color),
    wide: tile.isWide,
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
      sections.at(-1)?.tiles.push(tileOf(item, item.head, ownId(place)));
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
    color: columnOfToken(fieldText(item, "color")),
    isWide: item.fields.has("wide"),
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
  const [at, place] = placeIn(layout, id);
  const section = layout[at];
  if (!section) return layout;
  const to = place + by;
  if (to >= 0 && to < section.tiles.length) return placedTile(layout, id, at, to);
  const next = layout[at + by];
  return next ? placedTile(layout, id, at + by, by > 0 ? 0 : next.tiles.length) : layout;
}

/** With the tile in the place of the one `before`, or the last of the section. */
export function droppedTile(layout: Layout, id: string, section: number, before: string | null): Layout {
  if (id === before) return layout;
  const rest = layout[section]?.tiles.filter((tile) => tile.id !== id) ?? [];
  const place = rest.findIndex((tile) => tile.id === before);
  return placedTile(layout, id, section, place < 0 ? rest.length : place);
}

function placedTile(layout: Layout, id: string, section: number, place: number): Layout {
  const tile = layout.flatMap(({ tiles }) => tiles).find((each) => each.id === id);
  if (!tile) return layout;
  return withoutTile(layout, id).map((each, at) =>
    at === section ? { ...each, tiles: inserted(each.tiles, place, tile) } : each,
  );
}

/** The number of the section that has the tile, and the tile's place in it. */
export function placeIn(layout: Layout, id: string): [section: number, place: number] {
  const at = layout.findIndex(({ tiles }) => tiles.some((tile) => tile.id === id));
  return [at, layout[at]?.tiles.findIndex((tile) => tile.id === id) ?? -1];
}

/** The id that the tile at a place has once the layout has gone through the address. */
export const idAt = (layout: Layout, section: number, place: number): string =>
  ownId(layout.slice(0, section).reduce((sum, { tiles }) => sum + tiles.length + 1, 0) + place + 1);

const ownId = (place: number): string => `own.${place}`;

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
