/** Runs coloured by one of their values: words by the colours of lines, numbers along a scale. */

import { useMemo } from "react";
import type { Cell } from "@/api/types";
import type { Paint } from "@/chart/palette";
import { formatCell } from "@/parts/format";
import { drawn as texts } from "@/texts/compare";
import type { ComparedRun } from "./ComparePanel";
import { axesOf } from "./parallels";
import type { Tile } from "./tiles";
import { type RunValues, useRunValues } from "./values";

export type Coloring = {
  /** Undefined: the run keeps its own colour. */
  paintOf: (runId: string) => Paint | undefined;
  /** What the colours stand for; empty where each run has its own. */
  key: readonly { label: string; paint: Paint }[];
};

const OWN: Coloring = { paintOf: () => undefined, key: [] };

export function useColoring(tile: Tile, runs: readonly ComparedRun[]): Coloring {
  const columns = useMemo(() => (tile.color ? [tile.color] : []), [tile.color]);
  const { rows, isThere } = useRunValues(runs, columns);
  return useMemo(() => (columns.length > 0 && isThere ? coloringOf(rows) : OWN), [columns, rows, isThere]);
}

/** By the first value of each row. */
export function coloringOf(rows: readonly RunValues[]): Coloring {
  const [axis] = axesOf(rows.map(({ values }) => [values[0]]));
  if (!axis) return OWN;
  const { words, ticks, shareOf } = axis;
  const paint = (cell: Cell | undefined): Paint => {
    const index = words.indexOf(formatCell(cell));
    return index < 0 ? { share: words.length > 0 ? null : shareOf(cell) } : { index };
  };
  const paints = new Map(rows.map(({ run, values }) => [run.run.run_id, paint(values[0])]));
  const isMissing = [...paints.values()].some((each) => "share" in each && each.share === null);
  const known =
    words.length > 0
      ? words.map((label, index) => ({ label, paint: { index } }))
      : ticks.map(({ label, share }) => ({ label, paint: { share } }));
  return {
    paintOf: (runId) => paints.get(runId),
    key: isMissing ? [...known, { label: texts.noValue, paint: { share: null } }] : known,
  };
}
