/** The head of the run table: names, order, widths. */

import { Checkbox } from "@fluentui/react-components";
import { ArrowDownRegular, ArrowUpRegular } from "@fluentui/react-icons";
import type { KeyboardEvent, PointerEvent } from "react";
import type { Column } from "@/api/types";
import { columnDescription, columnTitle, columnToken, columnWidth, isNumeric } from "./columns";
import type { Order } from "./views";

const MIN_PX = 60;
const STEP_PX = 16;

type Props = {
  columns: readonly Column[];
  widths: Readonly<Record<string, number>>;
  resize: (token: string, width: number) => void;
  order: Order | null;
  setOrder: (order: Order | null) => void;
  selected: ReadonlySet<string>;
  clearSelection: () => void;
};

export function HeaderRow({ columns, widths, resize, order, setOrder, selected, clearSelection }: Props) {
  return (
    <div role="row" className="run-header" aria-rowindex={1}>
      <div role="columnheader" className="run-cell run-cell-check" aria-label="Selected">
        <Checkbox
          checked={selected.size > 0 ? "mixed" : false}
          disabled={selected.size === 0}
          aria-label="Clear the selection"
          onChange={clearSelection}
        />
      </div>
      <SortHeader
        column={{ field: "display_name" }}
        title="Name"
        order={order}
        setOrder={setOrder}
        className="run-cell-name"
      />
      {columns.map((column) => {
        const token = columnToken(column);
        const width = widths[token] ?? columnWidth(column);
        return (
          <SortHeader key={token} column={column} title={columnTitle(column)} order={order} setOrder={setOrder}>
            <WidthHandle title={columnTitle(column)} width={width} resize={(next) => resize(token, next)} />
          </SortHeader>
        );
      })}
    </div>
  );
}

type SortProps = {
  column: Column;
  title: string;
  order: Order | null;
  setOrder: (order: Order | null) => void;
  className?: string;
  children?: React.ReactNode;
};

/** A click orders by the column: numbers and times from the top down, text from the bottom up, then the other way, then not at all. */
function SortHeader({ column, title, order, setOrder, className = "", children }: SortProps) {
  const isOrdered = order !== null && columnToken(order.column) === columnToken(column);
  const isText = "field" in column && !isNumeric(column) && !column.field.endsWith("_at");
  const firstWay = !isText && !("tag" in column) && !("property" in column);
  const next = () => {
    if (!isOrdered) setOrder({ column, descending: firstWay });
    else if (order.descending === firstWay) setOrder({ column, descending: !firstWay });
    else setOrder(null);
  };
  const direction = isOrdered ? (order.descending ? "descending" : "ascending") : "none";
  return (
    <div
      role="columnheader"
      className={`run-cell run-cell-head ${className}${isNumeric(column) ? " numeric" : ""}`}
      aria-sort={direction}
      data-column={columnToken(column)}
    >
      <button type="button" onClick={next} title={columnDescription(column)}>
        <span className="run-head-title">{title}</span>
        {direction === "descending" && <ArrowDownRegular aria-hidden="true" />}
        {direction === "ascending" && <ArrowUpRegular aria-hidden="true" />}
      </button>
      {children}
    </div>
  );
}

type HandleProps = { title: string; width: number; resize: (width: number) => void };

function WidthHandle({ title, width, resize }: HandleProps) {
  const grabbed = (event: PointerEvent<HTMLHRElement>) => {
    const handle = event.currentTarget;
    const startX = event.clientX;
    handle.setPointerCapture(event.pointerId);
    const moved = (move: globalThis.PointerEvent) => resize(Math.max(MIN_PX, width + move.clientX - startX));
    handle.addEventListener("pointermove", moved);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", moved), {
      once: true,
    });
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft") resize(Math.max(MIN_PX, width - STEP_PX));
    else if (event.key === "ArrowRight") resize(width + STEP_PX);
    else return;
    event.preventDefault();
  };
  return (
    <hr
      className="width-handle"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Width of ${title}`}
      aria-valuenow={width}
      aria-valuemin={MIN_PX}
      onPointerDown={grabbed}
      onKeyDown={pressed}
    />
  );
}
