/** The head of the run table: names, order, widths, places. */

import { Menu, MenuDivider, MenuItem, MenuList, MenuPopover } from "@fluentui/react-components";
import { ArrowDownRegular, ArrowUpRegular, ChevronDownRegular, PinRegular } from "@fluentui/react-icons";
import {
  type DragEvent,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useState,
} from "react";
import type { Column } from "@/api/types";
import { runTexts } from "@/texts/runs";
import { columnDescription, columnTitle, columnToken, isNumeric } from "./columns";
import { inOrder, type Layout, NAME_TOKEN, type Placed } from "./layouts";
import { type Selection, selectedCount } from "./selections";
import { MAX_PX, MIN_PX, type Order, type View } from "./views";

const STEP_PX = 16;
const DRAGGED = "application/x-runstead-column";
const NAME_COLUMN: Column = { field: "display_name" };

type Props = {
  layout: Layout;
  columns: readonly Column[];
  view: View;
  change: (change: Partial<View>) => void;
  selection: Selection;
  selectAll: (isWanted: boolean) => void;
  total: number;
};

export function HeaderRow({ layout, columns, view, change, selection, selectAll, total }: Props) {
  const [menu, setMenu] = useState<{ column: Column; target: HTMLElement } | null>(null);
  const count = selectedCount(selection, total);
  const resize = (token: string, width: number) =>
    change({ widths: { ...view.widths, [token]: Math.max(MIN_PX, Math.min(MAX_PX, width)) } });
  const sortBy = (column: Column, isAdded: boolean) => change({ orders: nextOrders(view.orders, column, isAdded) });
  const drop = (moved: string, before: string) => change({ columns: movedBefore(columns, moved, before) });
  const head = (placed: Placed, isPinned: boolean) => (
    <HeadCell
      key={placed.token}
      column={placed.column}
      title={columnTitle(placed.column)}
      orders={view.orders}
      sortBy={sortBy}
      drop={drop}
      style={isPinned ? { width: placed.width, left: placed.left } : { width: placed.width }}
      className={isPinned ? "run-cell-pinned" : ""}
      openMenu={(target) => setMenu({ column: placed.column, target })}
    >
      <WidthHandle title={columnTitle(placed.column)} width={placed.width} resize={(w) => resize(placed.token, w)} />
    </HeadCell>
  );
  return (
    <div role="row" className="run-header" aria-rowindex={1}>
      <div role="columnheader" className="run-cell run-cell-check">
        <input
          type="checkbox"
          checked={count > 0 && count === total}
          ref={(box) => {
            if (box) box.indeterminate = count > 0 && count < total;
          }}
          disabled={total === 0}
          aria-label={count > 0 ? runTexts.table.clearSelection : runTexts.table.selectAll}
          data-testid="select-all"
          onChange={() => selectAll(count === 0)}
        />
      </div>
      <HeadCell
        column={NAME_COLUMN}
        title={runTexts.table.name}
        orders={view.orders}
        sortBy={sortBy}
        className="run-cell-name"
        style={{ width: layout.nameWidth }}
      >
        <WidthHandle
          title={runTexts.table.name}
          width={layout.nameWidth}
          resize={(width) => resize(NAME_TOKEN, width)}
        />
      </HeadCell>
      {layout.pinned.map((placed) => head(placed, true))}
      <div className="run-gap" style={{ width: layout.gap }} />
      {layout.shown.map((placed) => head(placed, false))}
      {menu && <ColumnMenu {...menu} columns={columns} view={view} change={change} close={() => setMenu(null)} />}
    </div>
  );
}

/** A click orders by the column: numbers and times from the top down, text from the bottom up, then the other way, then not at all. */
export function nextOrders(orders: readonly Order[], column: Column, isAdded: boolean): Order[] {
  const token = columnToken(column);
  const known = orders.find((order) => columnToken(order.column) === token);
  const isText = "field" in column && !isNumeric(column) && !column.field.endsWith("_at");
  const firstWay = !isText && ("field" in column || "metric" in column);
  const next: Order[] =
    known === undefined
      ? [{ column, descending: firstWay }]
      : known.descending === firstWay
        ? [{ column, descending: !firstWay }]
        : [];
  if (!isAdded) return next;
  if (known === undefined) return [...orders, ...next];
  return orders.flatMap((order) => (order === known ? next : [order]));
}

/** The columns with one of them moved to the place before another; at the end, if there is no other. */
export function movedBefore(columns: readonly Column[], moved: string, before: string | null): Column[] {
  const column = columns.find((each) => columnToken(each) === moved);
  if (column === undefined || moved === before) return [...columns];
  const others = columns.filter((each) => each !== column);
  const place = others.findIndex((each) => columnToken(each) === before);
  return place < 0 ? [...others, column] : others.toSpliced(place, 0, column);
}

type HeadProps = {
  column: Column;
  title: string;
  orders: readonly Order[];
  sortBy: (column: Column, isAdded: boolean) => void;
  className?: string;
  style: { width: number; left?: number };
  drop?: (moved: string, before: string) => void;
  openMenu?: (target: HTMLElement) => void;
  children: ReactNode;
};

function HeadCell({ column, title, orders, sortBy, className = "", style, drop, openMenu, children }: HeadProps) {
  const token = columnToken(column);
  const place = orders.findIndex((order) => columnToken(order.column) === token);
  const order = orders[place];
  const direction = order ? (order.descending ? "descending" : "ascending") : "none";
  const drag = drop && {
    draggable: true,
    onDragStart: (event: DragEvent) => event.dataTransfer.setData(DRAGGED, token),
    onDragOver: (event: DragEvent) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault(),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      drop(event.dataTransfer.getData(DRAGGED), token);
    },
  };
  const sort = (event: MouseEvent) => sortBy(column, event.shiftKey);
  return (
    <div
      role="columnheader"
      className={`run-cell run-cell-head ${className}${isNumeric(column) ? " numeric" : ""}`}
      style={style}
      aria-sort={direction}
      data-column={token}
      {...drag}
    >
      <button type="button" onClick={sort} title={`${columnDescription(column)} (${runTexts.table.sortHint})`}>
        <span className="run-head-title">{title}</span>
        {direction === "descending" && <ArrowDownRegular aria-hidden="true" />}
        {direction === "ascending" && <ArrowUpRegular aria-hidden="true" />}
        {orders.length > 1 && place >= 0 && <span aria-hidden="true">{place + 1}</span>}
        {className.includes("run-cell-pinned") && <PinRegular aria-hidden="true" />}
      </button>
      {openMenu && (
        <button
          type="button"
          className="head-menu"
          aria-label={runTexts.table.columnMenu(title)}
          aria-haspopup="menu"
          onClick={(event) => openMenu(event.currentTarget)}
        >
          <ChevronDownRegular aria-hidden="true" />
        </button>
      )}
      {children}
    </div>
  );
}

type MenuProps = Pick<Props, "columns" | "view" | "change"> & {
  column: Column;
  target: HTMLElement;
  close: () => void;
};

function ColumnMenu({ column, target, columns, view, change, close }: MenuProps) {
  const { table } = runTexts;
  const token = columnToken(column);
  const isPinned = view.pinned.includes(token);
  const ordered = inOrder(columns, view.pinned);
  const place = ordered.findIndex((each) => columnToken(each) === token);
  const neighbour = (step: number) => ordered[place + step];
  const isBeside = (step: number) => {
    const other = neighbour(step);
    return other !== undefined && view.pinned.includes(columnToken(other)) === isPinned;
  };
  const move = (step: number) => {
    const other = neighbour(step > 0 ? 2 : -1);
    change({ columns: movedBefore(ordered, token, other ? columnToken(other) : null) });
  };
  const others = view.pinned.filter((each) => each !== token);
  const sort = (descending: boolean) => change({ orders: [{ column, descending }] });
  return (
    <Menu open positioning={{ target }} onOpenChange={(_, { open }) => !open && close()}>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => sort(false)}>{table.ascending}</MenuItem>
          <MenuItem onClick={() => sort(true)}>{table.descending}</MenuItem>
          {!isNumeric(column) && <MenuItem onClick={() => change({ by: [column] })}>{table.groupBy}</MenuItem>}
          <MenuDivider />
          <MenuItem onClick={() => change({ columns: ordered, pinned: isPinned ? others : [...others, token] })}>
            {isPinned ? table.unpin : table.pin}
          </MenuItem>
          <MenuItem disabled={!isBeside(-1)} onClick={() => move(-1)}>
            {table.moveLeft}
          </MenuItem>
          <MenuItem disabled={!isBeside(1)} onClick={() => move(1)}>
            {table.moveRight}
          </MenuItem>
          <MenuItem
            onClick={() => change({ columns: columns.filter((each) => columnToken(each) !== token), pinned: others })}
          >
            {table.hide}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

type HandleProps = { title: string; width: number; resize: (width: number) => void };

function WidthHandle({ title, width, resize }: HandleProps) {
  const grabbed = (event: PointerEvent<HTMLHRElement>) => {
    const handle = event.currentTarget;
    const startX = event.clientX;
    handle.setPointerCapture(event.pointerId);
    const moved = (move: globalThis.PointerEvent) => resize(width + move.clientX - startX);
    handle.addEventListener("pointermove", moved);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", moved), {
      once: true,
    });
    // The column itself can be dragged, too.
    event.preventDefault();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft") resize(width - STEP_PX);
    else if (event.key === "ArrowRight") resize(width + STEP_PX);
    else return;
    event.preventDefault();
  };
  return (
    <hr
      className="width-handle"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={runTexts.table.width(title)}
      aria-valuenow={width}
      aria-valuemin={MIN_PX}
      aria-valuemax={MAX_PX}
      draggable={false}
      onPointerDown={grabbed}
      onKeyDown={pressed}
    />
  );
}
