/** The sections of a dashboard with their heads: what can be closed, renamed, moved. */

import { MenuItem } from "@fluentui/react-components";
import { useMemo } from "react";
import { SectionHead } from "@/chart/SectionHead";
import type { ShelfSection } from "@/chart/Shelf";
import { fits, sectionKey, sectionsOf } from "@/chart/sections";
import { MoreMenu } from "@/parts/MoreMenu";
import { dashboard as texts } from "@/texts/compare";
import { CARD_PX, DRAGGED } from "./CompareCard";
import { type Layout, movedSection } from "./layouts";
import { type Tile, tileTitle } from "./tiles";
import type { CompareView } from "./views";

export type ShownTile = { tile: Tile; isOwn: boolean };

type Wanted = {
  layout: Layout;
  usual: readonly Tile[];
  view: CompareView;
  find: string;
  setLayout: (layout: Layout) => void;
  rename: (section: number) => void;
  addTo: (section: number) => void;
  /** A chart was dropped on the head of the section. */
  drop: (id: string, section: number) => void;
};

const SIZE = { cardPx: CARD_PX, leastPx: 360 };

export function useDashboardSections(wanted: Wanted): ShelfSection<ShownTile>[] {
  const { layout, usual, view, find } = wanted;
  const others = useMemo(() => {
    const fitting = usual.filter((tile) => fits(tileTitle(tile), find));
    return sectionsOf(fitting, (tile) => tile.metrics[0]?.metric ?? "").map(({ name, items }) => ({
      name,
      items: items.map((tile): ShownTile => ({ tile, isOwn: false })),
    }));
  }, [usual, find]);
  const own = layout.map(({ title, tiles }, at): ShelfSection<ShownTile> => {
    const key = `own.${title}`;
    const items = tiles.filter((tile) => fits(tileTitle(tile), find)).map((tile) => ({ tile, isOwn: true }));
    const shown = title || texts.own;
    const isOpen = !view.closed.has(key);
    return {
      key: `${at}.${key}`,
      items,
      isOpen,
      head: (
        <SectionHead
          title={shown}
          count={items.length}
          isOpen={isOpen}
          toggle={() => view.toggle(key)}
          onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()}
          onDrop={(event) => wanted.drop(event.dataTransfer.getData(DRAGGED), at)}
        >
          <SectionMenu title={shown} at={at} wanted={wanted} />
        </SectionHead>
      ),
      ...SIZE,
    };
  });
  return [
    ...own,
    ...others.map(({ name, items }): ShelfSection<ShownTile> => {
      const key = sectionKey(name);
      const isOpen = !view.closed.has(key);
      const title = name || texts.others;
      const head = (
        <SectionHead key={name} title={title} count={items.length} isOpen={isOpen} toggle={() => view.toggle(key)} />
      );
      return { key: `usual.${name}`, items, isOpen, head, ...SIZE };
    }),
  ];
}

function SectionMenu({ title, at, wanted }: { title: string; at: number; wanted: Wanted }) {
  const { layout, setLayout, rename, addTo } = wanted;
  return (
    <MoreMenu label={texts.moreOfSection(title)}>
      <MenuItem onClick={() => addTo(at)}>{texts.addHere}</MenuItem>
      <MenuItem onClick={() => rename(at)}>{texts.rename}</MenuItem>
      <MenuItem onClick={() => setLayout(movedSection(layout, at, -1))}>{texts.sectionUp}</MenuItem>
      <MenuItem onClick={() => setLayout(movedSection(layout, at, 1))}>{texts.sectionDown}</MenuItem>
      <MenuItem onClick={() => setLayout(layout.filter((_, index) => index !== at))}>{texts.removeSection}</MenuItem>
    </MoreMenu>
  );
}
