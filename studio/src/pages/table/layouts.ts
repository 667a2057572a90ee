/** Where the columns of the run table are: pinned ones stay at the left, and of the others those in view exist. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useMemo } from "react";
import type { Column } from "@/api/types";
import { columnToken, columnWidth } from "./columns";
import type { View } from "./views";

export const ROW_PX = 36;
export const CHECK_PX = 40;
const NAME_PX = 260;
// Every row is drawn anew when other columns come into view: so many come at a time.
const STEP_COLUMNS = 4;
export const NAME_TOKEN = "display_name";

export type Placed = { column: Column; token: string; width: number; left: number };
export type Layout = {
  nameWidth: number;
  pinned: readonly Placed[];
  shown: readonly Placed[];
  /** The first and the last of `shown` among all columns, in order. */
  left: number;
  right: number;
  /** Between the pinned columns and the first one in view. */
  gap: number;
  /** Of all columns together. */
  width: number;
};

/** Pinned columns first, the others in their order. */
export function inOrder(columns: readonly Column[], pinned: readonly string[]): Column[] {
  const isPinned = (column: Column) => pinned.includes(columnToken(column));
  return [...columns.filter(isPinned), ...columns.filter((column) => !isPinned(column))];
}

export function useLayout(
  columns: readonly Column[],
  { pinned, widths }: Pick<View, "pinned" | "widths">,
  scroller: RefObject<HTMLElement | null>,
): Layout {
  const nameWidth = widths[NAME_TOKEN] ?? NAME_PX;
  const placed = useMemo(() => placedColumns(columns, widths, CHECK_PX + nameWidth), [columns, widths, nameWidth]);
  const pinnedCount = columns.filter((column) => pinned.includes(columnToken(column))).length;
  const fixed = useMemo(() => placed.slice(0, pinnedCount), [placed, pinnedCount]);
  const moving = useMemo(() => placed.slice(pinnedCount), [placed, pinnedCount]);
  const start = moving[0]?.left ?? 0;
  const virtual = useVirtualizer({
    horizontal: true,
    count: moving.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => moving[index]?.width ?? 0,
    paddingStart: start,
    overscan: 3,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other widths are other places
  useEffect(() => virtual.measure(), [moving, virtual]);
  const items = virtual.getVirtualItems();
  const from = Math.floor((items[0]?.index ?? 0) / STEP_COLUMNS) * STEP_COLUMNS;
  const to = Math.ceil(((items.at(-1)?.index ?? -1) + 1) / STEP_COLUMNS) * STEP_COLUMNS - 1;
  return useMemo(() => {
    const shown = moving.slice(from, to + 1);
    const end = placed.at(-1);
    return {
      nameWidth,
      pinned: fixed,
      shown,
      left: pinnedCount + from,
      right: pinnedCount + to,
      gap: (shown[0]?.left ?? start) - start,
      width: end ? end.left + end.width : CHECK_PX + nameWidth,
    };
  }, [nameWidth, placed, fixed, moving, pinnedCount, from, to, start]);
}

function placedColumns(columns: readonly Column[], widths: Readonly<Record<string, number>>, start: number): Placed[] {
  let left = start;
  return columns.map((column) => {
    const token = columnToken(column);
    const width = widths[token] ?? columnWidth(column);
    const placed = { column, token, width, left };
    left += width;
    return placed;
  });
}
