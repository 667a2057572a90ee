/** One run in the run table. */

import { type ChangeEvent, memo } from "react";
import type { Cell, Column, Run } from "@/api/types";
import { addresses } from "@/parts/addresses";
import { Link } from "@/parts/Link";
import { runTexts } from "@/texts/runs";
import { ValueCell } from "./cells";
import { isNumeric } from "./columns";
import type { Layout, Placed } from "./layouts";
import type { Choose } from "./RunTable";

export type RowPlace = {
  index: number;
  top: number;
  layout: Layout;
  isActive: boolean;
  activate: (index: number) => void;
};

type Props = RowPlace & {
  run: Run | undefined;
  cellOf: (run: Run, column: Column) => Cell | undefined;
  isSelected: boolean;
  isInGroup: boolean;
  select: Choose["one"];
};

export const Row = memo(function Row({ run, cellOf, isSelected, isInGroup, select, ...place }: Props) {
  const { index, top, layout, isActive, activate } = place;
  const cell = (placed: Placed, isPinned: boolean) => (
    <BodyCell key={placed.token} placed={placed} isPinned={isPinned}>
      {run && <ValueCell column={placed.column} value={cellOf(run, placed.column)} run={run} />}
    </BodyCell>
  );
  return (
    <div
      role="row"
      className="run-row"
      style={{ transform: `translateY(${top}px)` }}
      tabIndex={isActive ? 0 : -1}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-index={index}
      data-run-id={run?.run_id}
      data-testid="run-row"
      onFocus={() => activate(index)}
    >
      <div role="gridcell" className="run-cell run-cell-check">
        {run && <SelectBox run={run} index={index} isSelected={isSelected} select={select} />}
      </div>
      <div
        role="gridcell"
        className={isInGroup ? "run-cell run-cell-name run-in-group" : "run-cell run-cell-name"}
        style={{ width: layout.nameWidth }}
      >
        {run ? <RunName run={run} /> : <span className="row-wait" />}
      </div>
      {layout.pinned.map((placed) => cell(placed, true))}
      <div className="run-gap" style={{ width: layout.gap }} />
      {layout.shown.map((placed) => cell(placed, false))}
    </div>
  );
});

function RunName({ run }: { run: Run }) {
  return (
    <>
      <Link href={addresses.run(run.workspace, run.run_id)} tabIndex={-1} title={run.run_id}>
        {run.display_name}
      </Link>
      {run.parent_id !== null && <span className="quiet run-child-mark">{runTexts.table.child}</span>}
      {run.archived_at !== null && <span className="quiet run-child-mark">{runTexts.table.archived}</span>}
    </>
  );
}

type BoxProps = { run: Run; index: number; isSelected: boolean; select: Choose["one"] };

function SelectBox({ run, index, isSelected, select }: BoxProps) {
  // A box changes by a click, which knows about the Shift key; by the keyboard it is the row that is asked.
  const changed = (event: ChangeEvent<HTMLInputElement>) =>
    select(index, run.run_id, event.target.checked, { isRange: (event.nativeEvent as MouseEvent).shiftKey === true });
  return (
    <input
      type="checkbox"
      checked={isSelected}
      tabIndex={-1}
      aria-label={runTexts.table.selectRun(run.display_name)}
      onChange={changed}
    />
  );
}

export function BodyCell({
  placed,
  isPinned,
  children,
}: {
  placed: Placed;
  isPinned: boolean;
  children: React.ReactNode;
}) {
  const { column, token, width, left } = placed;
  const kind = isNumeric(column) ? "run-cell numeric" : "run-cell";
  return (
    <div
      role="gridcell"
      className={isPinned ? `${kind} run-cell-pinned` : kind}
      style={isPinned ? { width, left } : { width }}
      data-column={token}
    >
      {children}
    </div>
  );
}
