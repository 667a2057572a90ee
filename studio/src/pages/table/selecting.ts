/** Selecting runs in a table: one, a stretch, a group, all that its filter finds. */

import { useCallback, useEffect, useRef, useState } from "react";
import { useWorkspace } from "@/api/live";
import { queryIds } from "@/api/runs";
import type { Cell, Column } from "@/api/types";
import { groupFilter, type Lines } from "./lines";
import type { Choose } from "./RunTable";
import type { RowQuery } from "./rows";
import { EVERYTHING_SELECTED, NOTHING_SELECTED, runsOf, selectedQuery, selecting } from "./selections";

const MOST_IDS = 10_000;

export function useSelection(query: RowQuery, lines: Lines, by: readonly Column[]) {
  const workspace = useWorkspace();
  const [selection, setSelection] = useState(NOTHING_SELECTED);
  const anchor = useRef(0);
  const latest = useRef(lines);
  useEffect(() => {
    latest.current = lines;
  });
  // "All of the filter" means those of this question only.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the question that counts
  useEffect(() => setSelection((known) => (known.isAll ? NOTHING_SELECTED : known)), [query]);

  const between = useCallback(
    async (from: number, to: number): Promise<string[]> => {
      const stretch = Array.from({ length: to - from + 1 }, (_, place) => latest.current.lineAt(from + place));
      const runs = stretch.flatMap((line) => (line.kind === "run" ? [line.run?.run_id] : []));
      const known = runs.filter((runId) => runId !== undefined);
      if (known.length === runs.length || by.length > 0) return known;
      return queryIds(workspace, query, { offset: from, limit: to - from + 1 });
    },
    [workspace, query, by],
  );
  const one: Choose["one"] = useCallback(
    (index, runId, isWanted, { isRange }) => {
      setSelection((known) => selecting(known, [runId], isWanted));
      if (!isRange) {
        anchor.current = index;
        return;
      }
      const [from, to] = [Math.min(anchor.current, index), Math.max(anchor.current, index)];
      void between(from, to).then((ids) => setSelection((known) => selecting(known, ids, isWanted)));
    },
    [between],
  );
  const group: Choose["group"] = useCallback(
    (values) => {
      const runs = { ...query, filter: groupFilter(query.filter, by, values as Cell[]) };
      void queryIds(workspace, runs, { offset: 0, limit: MOST_IDS }).then((ids) =>
        setSelection((known) => selecting(known, ids, true)),
      );
    },
    [workspace, query, by],
  );
  const all = useCallback((isWanted: boolean) => setSelection(isWanted ? EVERYTHING_SELECTED : NOTHING_SELECTED), []);
  const clear = useCallback(() => setSelection(NOTHING_SELECTED), []);
  const ids = async (): Promise<string[]> => {
    const found = selectedQuery(selection, query);
    if (found === null) return [...selection.ids];
    const order = query.sort ? { sort: query.sort } : {};
    return queryIds(workspace, { ...runsOf({ ...query, ...found }), ...order }, { offset: 0, limit: MOST_IDS });
  };
  return { selection, choose: { one, group, all }, clear, ids };
}
