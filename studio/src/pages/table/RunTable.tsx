/** The run table: any number of rows, of which only those in view exist. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Column } from "@/api/types";
import { addresses, navigate } from "@/parts/addresses";
import { Problem } from "@/parts/Problem";
import { columnToken, columnWidth } from "./columns";
import { HeaderRow } from "./HeaderRow";
import { NewRuns } from "./NewRuns";
import { Row } from "./Row";
import { type RowQuery, type Rows, useRows } from "./rows";
import type { Order } from "./views";
import "./table.css";

const ROW_PX = 36;
const NAME_PX = 260;
const CHECK_PX = 40;

type Props = {
  label: string;
  query: RowQuery;
  columns: readonly Column[];
  widths: Readonly<Record<string, number>>;
  resize: (token: string, width: number) => void;
  order: Order | null;
  setOrder: (order: Order | null) => void;
  selected: ReadonlySet<string>;
  select: (runId: string, isSelected: boolean) => void;
  clearSelection: () => void;
  /** What stands in the place of rows when there are none. */
  empty: (rows: Rows) => React.ReactNode;
  onRows?: (rows: Rows) => void;
};

export function RunTable(props: Props) {
  const { query, columns, widths, order, selected, select } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [range, setRange] = useState({ first: 0, last: 0 });
  const rows = useRows(query, range);
  const virtual = useVirtualizer({
    count: rows.total ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
    scrollPaddingStart: ROW_PX,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => setRange({ first, last }), [first, last]);
  const { onRows } = props;
  useEffect(() => onRows?.(rows));

  const isAtTop = (scroller.current?.scrollTop ?? 0) === 0;
  const { newRuns, refresh } = rows;
  // Newest first and looking at the top: new runs simply appear. Elsewhere rows must not move under the reader.
  useEffect(() => {
    if (newRuns > 0 && isAtTop && order === null) refresh();
  }, [newRuns, isAtTop, order, refresh]);

  const move = (to: number) => {
    const next = Math.max(0, Math.min((rows.total ?? 1) - 1, to));
    setActive(next);
    virtual.scrollToIndex(next);
    // The row may only exist after the scroll.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus()),
    );
  };
  const showNew = () => {
    refresh();
    move(0);
  };
  const pressed = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.getAttribute("role") !== "row") return;
    const run = rows.rowAt(active)?.run;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    if (step !== undefined) move(active + step);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(Number.POSITIVE_INFINITY);
    else if (event.key === "Enter" && run) navigate(addresses.run(run.workspace, run.run_id));
    else if (event.key === " " && run) select(run.run_id, !selected.has(run.run_id));
    else if (event.key === "Escape") props.clearSelection();
    else return;
    event.preventDefault();
  };

  const sizes = columns.map((column) => widths[columnToken(column)] ?? columnWidth(column));
  const width = CHECK_PX + NAME_PX + sizes.reduce((sum, size) => sum + size, 0);
  const layout = {
    "--columns": `${CHECK_PX}px minmax(${NAME_PX}px, 1fr) ${sizes.map((size) => `${size}px`).join(" ")}`,
    minWidth: width,
  } as CSSProperties;
  return (
    <div className="run-table-frame">
      <NewRuns count={isAtTop && order === null ? 0 : newRuns} show={showNew} />
      <div ref={scroller} className="run-table" data-testid="run-table" data-total={rows.total ?? undefined}>
        <div
          style={layout}
          className={rows.isOld ? "run-rows-old" : undefined}
          role="grid"
          aria-label={props.label}
          aria-rowcount={(rows.total ?? 0) + 1}
          aria-colcount={columns.length + 2}
          aria-multiselectable="true"
          aria-busy={rows.isOld}
          onKeyDown={pressed}
        >
          <HeaderRow {...props} />
          <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
            {items.map((item) => (
              <Row
                key={item.key}
                index={item.index}
                top={item.start}
                row={rows.rowAt(item.index)}
                columns={columns}
                isActive={item.index === active}
                activate={setActive}
                selected={selected}
                select={select}
              />
            ))}
          </div>
        </div>
        {rows.error !== null && <Problem error={rows.error} retry={refresh} />}
        {rows.total === 0 && rows.error === null && props.empty(rows)}
      </div>
    </div>
  );
}
