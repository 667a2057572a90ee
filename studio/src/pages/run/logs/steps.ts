/** Logs side by side in step: where one is scrolled to, the others show what came in at the same time. */

import { type RefObject, useEffect, useId, useRef } from "react";
import type { Arrivals, Places } from "@/api/lines";
import { byteOf, timeOf } from "./arrivals";
import type { Rows } from "./frames";
import type { LogView, LogWindow } from "./windows";

export type Step = {
  tell: (who: string, timeMs: number) => void;
  hear: (listener: (who: string, timeMs: number) => void) => () => void;
};

export function newStep(): Step {
  const listeners = new Set<(who: string, timeMs: number) => void>();
  return {
    tell: (who, timeMs) => {
      for (const listener of listeners) listener(who, timeMs);
    },
    hear: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

type Column = {
  scroller: RefObject<HTMLDivElement | null>;
  view: LogView | null;
  window: LogWindow | null;
  arrivals: Arrivals;
  places: Places;
  rows: Rows | null;
  toTop: (row: number) => void;
  topRow: () => number;
};

/** Tells the others where this one is scrolled to by hand, and goes where another one is. */
export function useStep(step: Step | null, column: Column): void {
  const who = useId();
  const latest = useRef(column);
  useEffect(() => {
    latest.current = column;
  });
  useEffect(() => {
    const element = latest.current.scroller.current;
    if (step === null || element === null) return;
    const scrolled = () => {
      // Only the one that a person scrolls leads.
      if (!element.matches(":hover") && !element.contains(document.activeElement)) return;
      const { view, rows, arrivals, topRow } = latest.current;
      if (view === null || rows === null || rows.count === 0) return;
      const timeMs = timeOf(arrivals, view.offsetAt(rows.at(topRow()).index));
      if (timeMs !== null) step.tell(who, timeMs);
    };
    element.addEventListener("scroll", scrolled);
    const stop = step.hear((from, timeMs) => from !== who && goToTime(latest.current, timeMs));
    return () => {
      element.removeEventListener("scroll", scrolled);
      stop();
    };
  }, [step, who]);
}

function goToTime({ view, window, arrivals, places, rows, toTop }: Column, timeMs: number): void {
  if (view === null || window === null || rows === null) return;
  const offset = byteOf(arrivals, timeMs);
  if (offset !== null && (offset >= view.startBytes || view.startBytes === 0)) {
    toTop(rows.rowOf(rowAt(view, offset)));
    return;
  }
  // What came in then is not at hand; a server that is away leaves the column where it is.
  void places.server?.ofTime(timeMs).then(
    (place) => window.openAt(place.offset, place.line),
    () => undefined,
  );
}

/** The first row of what begins at this byte or after it. */
function rowAt(view: LogView, offset: number): number {
  let low = 0;
  let high = view.lineCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (view.offsetAt(middle) < offset) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, Math.max(0, view.lineCount - 1));
}
