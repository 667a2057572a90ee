/** Where one is in a log, and how one gets to a line of it. */

import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Rows } from "./frames";
import type { LineRange } from "./ranges";
import { openAround, type Source } from "./state";
import type { LogView, LogWindow } from "./windows";

/** New lines at the end: stay there. Lines that came in above: what one reads stays where it is. */
export function useKeptPlace(
  linePx: number,
  scroller: RefObject<HTMLDivElement | null>,
  view: LogView | null,
  isFollowing: boolean,
): void {
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !view) return;
    if (isFollowing) element.scrollTop = element.scrollHeight;
    else if (view.shift !== 0) element.scrollTop += view.shift * linePx;
  }, [scroller, view, isFollowing, linePx]);
}

const EDGE_PX = 400;

type Scrolling = {
  linePx: number;
  scroller: RefObject<HTMLDivElement | null>;
  view: LogView | null;
  window: LogWindow | null;
  source: Source;
  setFollowing: (isFollowing: boolean) => void;
};

/** Near an edge more is read; at the very end of a log it is followed. */
export function useScrolling({ linePx, scroller, view, window, source, setFollowing }: Scrolling) {
  const scrolled = () => {
    const element = scroller.current;
    if (!element || !view || !window) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (element.scrollTop < EDGE_PX && view.startBytes > 0 && !view.isLoading) void window.earlier();
    if (below < EDGE_PX && view.endBytes < view.sizeBytes && !view.isLoading) void window.later();
    setFollowing(source.opensAt === "end" && below < linePx && view.endBytes >= view.sizeBytes);
  };
  const toStart = () => {
    setFollowing(false);
    void window?.openAt(0).then(() => scroller.current?.scrollTo({ top: 0 }));
  };
  const toEnd = () => {
    setFollowing(source.opensAt === "end");
    void window?.openTail().then(() => scroller.current?.scrollTo({ top: scroller.current.scrollHeight }));
  };
  return { scrolled, toStart, toEnd };
}

type GoingTo = {
  view: LogView | null;
  window: LogWindow | null;
  rows: Rows | null;
  source: Source;
  range: LineRange | null;
  scrollTo: (row: number) => void;
};

// Farther into its line than this, a match is gone to by itself.
const FAR_BYTES = 64 << 10;
const BEFORE_BYTES = 400;

/** Goes to lines of the file: at once if they are at hand, else when they have come. */
export function useGoTo({ view, window, rows, source, range, scrollTo }: GoingTo) {
  const [target, setTarget] = useState<{ line: number; turn: number } | null>(null);
  const [isHere, setHere] = useState(true);
  const aim = (line: number) => {
    setTarget((before) => ({ line, turn: (before?.turn ?? 0) + 1 }));
    setHere(false);
  };
  const line = (wanted: number, offset = 0, at = offset) => {
    if (at - offset > FAR_BYTES) void window?.openAt(at - BEFORE_BYTES, wanted);
    // Without a view it is being opened, around the line of the address.
    else if (view !== null && view.rowOf(wanted) === null) void (window && openAround(window, source.places, wanted));
    aim(wanted);
  };
  const latest = useRef({ line, scrollTo });
  useEffect(() => {
    latest.current = { line, scrollTo };
  });
  const first = range?.first ?? null;
  useEffect(() => {
    if (first !== null && window) latest.current.line(first);
  }, [first, window]);
  const row = target !== null && view !== null && !view.isLoading ? view.rowOf(target.line) : null;
  useEffect(() => {
    if (isHere || row === null || rows === null) return;
    setHere(true);
    latest.current.scrollTo(rows.rowOf(row));
  }, [isHere, row, rows]);
  return { line, target: target !== null && target.line !== first ? target.line : null };
}
