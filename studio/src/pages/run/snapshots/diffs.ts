/** What differs between two texts, line by line. */

import { type StructuredPatch, structuredPatch } from "diff";

/** One row: a line before, a line after, or the same line in both. Null in both: lines between are left out. */
export type DiffRow = { before: DiffLine | null; after: DiffLine | null };
type DiffLine = { number: number; text: string; isChanged: boolean };

const CONTEXT_LINES = 4;
// Texts with less in common take long to compare, and nobody could read the result.
const MOST_EDITS = 20_000;
const MOST_MS = 3000;

/** Rows side by side; null if the texts have too little in common. */
export function diffRows(before: string, after: string): DiffRow[] | null {
  const options = { context: CONTEXT_LINES, maxEditLength: MOST_EDITS, timeout: MOST_MS };
  const patch = structuredPatch("", "", before, after, undefined, undefined, options) as StructuredPatch | undefined;
  return patch === undefined ? null : patch.hunks.flatMap((hunk, index) => rowsOf(hunk, index > 0));
}

function rowsOf(hunk: StructuredPatch["hunks"][number], isLater: boolean): DiffRow[] {
  const rows: DiffRow[] = isLater ? [{ before: null, after: null }] : [];
  let old = hunk.oldStart;
  let now = hunk.newStart;
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const settle = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1)
      rows.push({ before: removed[at] ?? null, after: added[at] ?? null });
    removed = [];
    added = [];
  };
  for (const line of hunk.lines) {
    const text = line.slice(1);
    if (line.startsWith("-")) removed.push({ number: old++, text, isChanged: true });
    else if (line.startsWith("+")) added.push({ number: now++, text, isChanged: true });
    else if (line.startsWith(" ")) {
      settle();
      rows.push({
        before: { number: old++, text, isChanged: false },
        after: { number: now++, text, isChanged: false },
      });
    }
  }
  settle();
  return rows;
}
