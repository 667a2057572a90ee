/** One row of the run table. */

import { memo } from "react";
import type { Column, TableRow } from "@/api/types";
import { addresses } from "@/parts/addresses";
import { Link } from "@/parts/Link";
import { ValueCell } from "./cells";
import { columnToken, isNumeric } from "./columns";

type Props = {
  index: number;
  top: number;
  row: TableRow | undefined;
  columns: readonly Column[];
  isActive: boolean;
  activate: (index: number) => void;
  selected: ReadonlySet<string>;
  select: (runId: string, isSelected: boolean) => void;
};

export const Row = memo(function Row({ index, top, row, columns, isActive, activate, selected, select }: Props) {
  const run = row?.run;
  const isSelected = run !== undefined && selected.has(run.run_id);
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
        {run && (
          <input
            type="checkbox"
            checked={isSelected}
            tabIndex={-1}
            aria-label={`Select ${run.display_name}`}
            onChange={(event) => select(run.run_id, event.target.checked)}
          />
        )}
      </div>
      <div role="gridcell" className="run-cell run-cell-name">
        {run ? (
          <>
            <Link href={addresses.run(run.workspace, run.run_id)} tabIndex={-1} title={run.run_id}>
              {run.display_name}
            </Link>
            {run.parent_id !== null && <span className="quiet run-child-mark">child</span>}
          </>
        ) : (
          <span className="row-wait" />
        )}
      </div>
      {columns.map((column, position) => (
        <div
          key={columnToken(column)}
          role="gridcell"
          className={isNumeric(column) ? "run-cell numeric" : "run-cell"}
          data-column={columnToken(column)}
        >
          {row && <ValueCell column={column} value={row.values[position]} run={row.run} />}
        </div>
      ))}
    </div>
  );
});
