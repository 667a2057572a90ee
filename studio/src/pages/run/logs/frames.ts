/** Folding: rows that belong to one line of the file (frames of a progress bar) become one row that tells how many. */

import { useMemo, useState } from "react";
import type { LogView } from "./windows";

export type Row = {
  /** The row of the view. */
  index: number;
  /** On the first and the last of several rows of one line: how many there are, and whether they are folded into this one. */
  frames: number;
  isFolded: boolean;
};

export type Rows = { count: number; at: (row: number) => Row; rowOf: (index: number) => number };

/** All rows, each for itself. */
const plainRows = (view: LogView): Rows => ({
  count: view.lineCount,
  at: (index) => ({ index, frames: 1, isFolded: false }),
  rowOf: (index) => index,
});

/** `isFolded` says of each line of the file whether its frames are folded; the last frame is what is left of them. */
export function foldedRows(view: LogView, isRecord: boolean, isFolded: (line: number) => boolean): Rows {
  if (!isRecord) return plainRows(view);
  const rows: Row[] = [];
  const places = new Int32Array(view.lineCount);
  for (let first = 0; first < view.lineCount; ) {
    const line = view.numberAt(first);
    const offset = view.offsetAt(first);
    let next = first + 1;
    while (next < view.lineCount && view.offsetAt(next) === offset) next += 1;
    const frames = next - first;
    if (frames > 1 && line !== null && isFolded(line)) {
      places.fill(rows.length, first, next);
      rows.push({ index: next - 1, frames, isFolded: true });
    } else
      for (let index = first; index < next; index += 1) {
        places[index] = rows.length;
        rows.push({ index, frames: index === first || index === next - 1 ? frames : 1, isFolded: false });
      }
    first = next;
  }
  return {
    count: rows.length,
    at: (row) => rows[row] ?? { index: 0, frames: 1, isFolded: false },
    rowOf: (index) => places[index] ?? 0,
  };
}

export type Folds = {
  rows: Rows | null;
  toggle: (line: number) => void;
  isAllFolded: boolean;
  foldAll: (isFolded: boolean) => void;
};

export function useFolds(view: LogView | null, isRecord: boolean): Folds {
  const [isAllFolded, setAllFolded] = useState(false);
  // Lines that are not as all are.
  const [others, setOthers] = useState<ReadonlySet<number>>(new Set());
  const rows = useMemo(
    () => view && foldedRows(view, isRecord, (line) => others.has(line) !== isAllFolded),
    [view, isRecord, others, isAllFolded],
  );
  return {
    rows,
    isAllFolded,
    toggle: (line) =>
      setOthers((before) =>
        before.has(line) ? new Set([...before].filter((each) => each !== line)) : new Set([...before, line]),
      ),
    foldAll: (isFolded) => {
      setAllFolded(isFolded);
      setOthers(new Set());
    },
  };
}
