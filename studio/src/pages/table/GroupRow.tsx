/** A group of runs in the run table: what its runs have in common, how many they are, figures of their columns. */

import { ChevronDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { memo } from "react";
import type { Column } from "@/api/types";
import { formatCell } from "@/parts/format";
import { runTexts } from "@/texts/runs";
import { columnTitle } from "./columns";
import type { Placed } from "./layouts";
import type { Line } from "./lines";
import { BodyCell, type RowPlace } from "./Row";

type Props = RowPlace & {
  line: Extract<Line, { kind: "group" }>;
  by: readonly Column[];
  isOpen: boolean;
  toggle: (key: string) => void;
  select: (values: readonly unknown[]) => void;
};

export const GroupRow = memo(function GroupRow({ line, by, isOpen, toggle, select, ...place }: Props) {
  const { index, top, layout, isActive, activate } = place;
  const { group, key, figures } = line;
  const name = by
    .map(
      (column, position) => `${columnTitle(column)}: ${formatCell(group.values[position]) || runTexts.group.without}`,
    )
    .join(" · ");
  const cell = (placed: Placed, isPinned: boolean) => (
    <BodyCell key={placed.token} placed={placed} isPinned={isPinned}>
      <span className="quiet">{formatCell(figures.get(placed.token))}</span>
    </BodyCell>
  );
  return (
    <div
      role="row"
      className="run-row run-group"
      style={{ transform: `translateY(${top}px)` }}
      tabIndex={isActive ? 0 : -1}
      aria-rowindex={index + 2}
      aria-expanded={isOpen}
      data-index={index}
      data-group={key}
      data-testid="group-row"
      onFocus={() => activate(index)}
    >
      <div role="gridcell" className="run-cell run-cell-check">
        <input
          type="checkbox"
          checked={false}
          tabIndex={-1}
          aria-label={runTexts.table.selectRun(name)}
          onChange={() => select(group.values)}
        />
      </div>
      <div role="gridcell" className="run-cell run-cell-name" style={{ width: layout.nameWidth }}>
        <button
          type="button"
          className="group-toggle"
          tabIndex={-1}
          aria-label={isOpen ? runTexts.group.close(name) : runTexts.group.open(name)}
          title={name}
          onClick={() => toggle(key)}
        >
          {isOpen ? <ChevronDownRegular aria-hidden="true" /> : <ChevronRightRegular aria-hidden="true" />}
          <span>{name}</span>
        </button>
        <span className="group-count">{group.run_count}</span>
      </div>
      {layout.pinned.map((placed) => cell(placed, true))}
      <div className="run-gap" style={{ width: layout.gap }} />
      {layout.shown.map((placed) => cell(placed, false))}
    </div>
  );
});
