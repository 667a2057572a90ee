/** Moves charts of one's own: by hand or by key, told to those who do not see it, the focus with the chart. */

import { useEffect, useRef, useState } from "react";
import { dashboard as texts } from "@/texts/compare";
import { droppedTile, idAt, type Layout, movedTile, placeIn } from "./layouts";
import { tileTitle } from "./tiles";

export type Moves = {
  step: (id: string, by: -1 | 1) => void;
  /** Puts the chart beside another one; with none, at the end of the section. */
  drop: (id: string, section: number, beside: { id: string; isAfter: boolean } | null) => void;
  /** What happened last, in words. */
  told: string;
};

export function useMoves(layout: Layout, setLayout: (layout: Layout) => void): Moves {
  const [told, tell] = useState("");
  const focused = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart is in its new place once the layout has changed
  useEffect(() => {
    const id = focused.current;
    focused.current = null;
    if (id === null) return;
    // A menu gives the focus back to its button first.
    const frame = requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-tile="${id}"]`)?.focus());
    return () => cancelAnimationFrame(frame);
  }, [layout]);
  const show = (next: Layout, id: string) => {
    const [at, place] = placeIn(next, id);
    const section = next[at];
    const tile = section?.tiles[place];
    if (!section || !tile) return;
    focused.current = idAt(next, at, place);
    tell(texts.moved(tileTitle(tile), place + 1, section.tiles.length, section.title || texts.own));
    setLayout(next);
  };
  return {
    told,
    step: (id, by) => show(movedTile(layout, id, by), id),
    drop: (id, section, beside) => {
      const tiles = layout[section]?.tiles ?? [];
      const at = tiles.findIndex((tile) => tile.id === beside?.id);
      const before = beside === null ? null : beside.isAfter ? (tiles[at + 1]?.id ?? null) : beside.id;
      show(droppedTile(layout, id, section, before), id);
    },
  };
}
