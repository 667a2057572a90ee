/** Cards in sections, of which only those in view exist: a thousand cost what a dozen do. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import { shelfRows } from "./shelves";
import "./shelf.css";

export type ShelfSection<T> = {
  key: string;
  /** What stands above the cards; null for nothing. */
  head: ReactNode;
  isOpen: boolean;
  items: readonly T[];
  cardPx: number;
  leastPx: number;
};

type Props<T> = {
  sections: readonly ShelfSection<T>[];
  keyOf: (item: T) => string;
  card: (item: T) => ReactNode;
  /** How many columns a card takes; constant. */
  spanOf?: (item: T) => number;
  label: string;
  testId?: string;
};

const GAP_PX = 16;
const SIDE_PX = 24;
const HEAD_PX = 44;

export function Shelf<T>({ sections, keyOf, card, spanOf, label, testId }: Props<T>) {
  const frame = useRef<HTMLDivElement>(null);
  const { scroller, width, top } = useScroller(frame);
  const rows = useMemo(
    () => shelfRows<T, ShelfSection<T>>(sections, width - 2 * SIDE_PX, GAP_PX, spanOf),
    [sections, width, spanOf],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: (index) => {
      const row = rows[index];
      return row?.kind === "cards" ? row.section.cardPx + GAP_PX : HEAD_PX;
    },
    getItemKey: (index) => rows[index]?.key ?? index,
    scrollMargin: top,
    overscan: 1,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are kept by place, and other rows have come to the places
  useLayoutEffect(() => virtual.measure(), [rows]);
  return (
    <div
      ref={frame}
      className="shelf"
      role="group"
      aria-label={label}
      style={{ height: virtual.getTotalSize() }}
      data-testid={testId}
    >
      {virtual.getVirtualItems().map((item) => {
        const row = rows[item.index];
        if (!row) return null;
        const place = { transform: `translateY(${item.start - top}px)` };
        if (row.kind === "head")
          return (
            <div key={item.key} className="shelf-head" style={{ ...place, height: HEAD_PX }}>
              {row.section.head}
            </div>
          );
        return (
          <div
            key={item.key}
            className="shelf-row"
            style={{
              ...place,
              height: row.section.cardPx,
              gridTemplateColumns: `repeat(${row.columns}, minmax(0, 1fr))`,
            }}
          >
            {row.items.map(({ item: each, span }) => (
              <div key={keyOf(each)} className="shelf-place" style={{ gridColumn: `span ${span}` }}>
                {card(each)}
              </div>
            ))}
          </div>
        );
      })}
    </div>
  );
}

/** What the frame scrolls in, how wide it is, and how far below the top of what scrolls it begins. */
function useScroller(frame: RefObject<HTMLElement | null>) {
  const [found, setFound] = useState<{ scroller: HTMLElement | null; width: number; top: number }>({
    scroller: null,
    width: 0,
    top: 0,
  });
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => {
      const scroller = scrollerOf(element);
      const top = element.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
      const next = { scroller, width: element.clientWidth, top: Math.round(top) };
      setFound((known) =>
        known.scroller === next.scroller && known.width === next.width && known.top === next.top ? known : next,
      );
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    // What stands above may grow, and with it the distance from the top.
    if (element.parentElement) watcher.observe(element.parentElement);
    for (const sibling of element.parentElement?.children ?? []) watcher.observe(sibling);
    return () => watcher.disconnect();
  }, [frame]);
  return found;
}

function scrollerOf(element: HTMLElement): HTMLElement {
  for (let above = element.parentElement; above; above = above.parentElement) {
    const { overflowY } = getComputedStyle(above);
    if (overflowY === "auto" || overflowY === "scroll") return above;
  }
  return document.documentElement;
}
