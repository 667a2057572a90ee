/** The run table: any number of rows and columns, of which only those in view exist. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Column } from "@/api/types";
import { addresses, navigate } from "@/parts/addresses";
import { Problem } from "@/parts/Problem";
import type { News } from "./changes";
import { GroupRow } from "./GroupRow";
import { HeaderRow } from "./HeaderRow";
import { type Layout, ROW_PX, useLayout } from "./layouts";
import type { Lines, Range } from "./lines";
import { NewRuns } from "./NewRuns";
import { Row } from "./Row";
import type { Selection } from "./selections";
import { isSelected } from "./selections";
import { useTouched } from "./touches";
import type { View } from "./views";
import "./table.css";

export type Choose = {
  one: (index: number, runId: string, isWanted: boolean, options: { isRange: boolean }) => void;
  group: (values: readonly unknown[]) => void;
  all: (isWanted: boolean) => void;
};

type Props = {
  label: string;
  lines: Lines;
  setRange: (range: Range) => void;
  columns: readonly Column[];
  view: View;
  change: (change: Partial<View>) => void;
  open: ReadonlySet<string>;
  toggle: (key: string) => void;
  selection: Selection;
  choose: Choose;
  news: News;
  refresh: () => void;
  /** What lies above the lowest rows. */
  floating: ReactNode;
  /** What stands in the place of rows when there are none. */
  empty: () => ReactNode;
};

const AUTO_MS = 1500;
// Below the last row, so that it can be scrolled out from under what floats there.
const END_PX = 80;

export function RunTable(props: Props) {
  const { lines, setRange, columns, view, news, refresh } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const layout = useLayout(columns, view, scroller);
  const virtual = useVirtualizer({
    count: lines.count ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
    scrollPaddingStart: ROW_PX,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { left, right } = layout;
  useEffect(() => setRange({ first, last, left, right }), [first, last, left, right, setRange]);
  const touched = useTouched();
  const isAtTop = (virtual.scrollOffset ?? 0) === 0;
  useAutoRefresh(news, refresh, isAtTop && !touched.isTouched);

  const move = (to: number) => {
    const next = Math.max(0, Math.min((lines.count ?? 1) - 1, to));
    setActive(next);
    virtual.scrollToIndex(next);
    // The row may only exist after the scroll.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus()),
    );
    return next;
  };
  const pressed = usePressed(props, active, move);
  const style = { width: layout.width, minWidth: "100%" } as CSSProperties;
  const isHidden = isAtTop && !touched.isTouched;
  return (
    <div className="run-table-frame">
      <NewRuns news={isHidden ? { more: 0, isMoved: false } : news} show={refresh} />
      <div
        ref={scroller}
        className="run-table"
        data-testid="run-table"
        data-total={lines.total ?? undefined}
        data-groups={lines.groupTotal ?? undefined}
        {...touched.listeners}
      >
        <div
          style={style}
          className={lines.isOld ? "run-rows-old" : undefined}
          role="grid"
          aria-label={props.label}
          aria-rowcount={(lines.count ?? 0) + 1}
          aria-colcount={columns.length + 2}
          aria-multiselectable="true"
          aria-busy={lines.isOld || lines.count === null}
          onKeyDown={pressed}
        >
          <HeaderRow layout={layout} columns={columns} view={view} change={props.change} {...headOf(props)} />
          <div style={{ height: virtual.getTotalSize() + END_PX, position: "relative" }}>
            {items.map((item) => (
              <TableLine
                key={item.key}
                props={props}
                index={item.index}
                top={item.start}
                layout={layout}
                isActive={item.index === active}
                activate={setActive}
              />
            ))}
          </div>
        </div>
        {lines.count === null && lines.error === null && <Waiting />}
        {lines.error !== null && <Problem error={lines.error} retry={refresh} />}
        {lines.count === 0 && lines.error === null && !lines.isOld && props.empty()}
      </div>
      <div className="floating">{props.floating}</div>
    </div>
  );
}

const headOf = ({ selection, choose, lines }: Props) => ({ selection, selectAll: choose.all, total: lines.total ?? 0 });

type LineProps = {
  props: Props;
  index: number;
  top: number;
  layout: Layout;
  isActive: boolean;
  activate: (index: number) => void;
};

function TableLine({ props, index, top, layout, isActive, activate }: LineProps) {
  const line = props.lines.lineAt(index);
  const place = { index, top, layout, isActive, activate };
  if (line.kind === "group")
    return (
      <GroupRow
        {...place}
        line={line}
        by={props.view.by}
        isOpen={props.open.has(line.key)}
        toggle={props.toggle}
        select={props.choose.group}
      />
    );
  return (
    <Row
      {...place}
      run={line.run}
      cellOf={props.lines.cellOf}
      isSelected={line.run !== undefined && isSelected(props.selection, line.run.run_id)}
      isInGroup={props.view.by.length > 0}
      select={props.choose.one}
    />
  );
}

/** Rows that are on their way, drawn where they will be. */
function Waiting() {
  const rows = useMemo(() => Array.from({ length: 14 }, (_, index) => index), []);
  return (
    <div className="run-waiting" aria-hidden="true">
      {rows.map((index) => (
        <div key={index} className="run-waiting-row">
          <span className="row-wait" style={{ width: `${24 + ((index * 37) % 30)}%` }} />
        </div>
      ))}
    </div>
  );
}

/** New rows and a new order come by themselves while nobody has a hand on the table and one looks at its top. */
function useAutoRefresh(news: News, refresh: () => void, isFree: boolean): void {
  const latest = useRef(refresh);
  const lastMs = useRef(0);
  useEffect(() => {
    latest.current = refresh;
  });
  const isDue = isFree && (news.more !== 0 || news.isMoved);
  useEffect(() => {
    if (!isDue) return;
    const wait = Math.max(0, lastMs.current + AUTO_MS - performance.now());
    const timer = setTimeout(() => {
      lastMs.current = performance.now();
      latest.current();
    }, wait);
    return () => clearTimeout(timer);
  }, [isDue]);
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 };

function usePressed(props: Props, active: number, move: (to: number) => number) {
  const { lines, choose, selection, toggle, open } = props;
  return (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.getAttribute("role") !== "row") return;
    const line = lines.lineAt(active);
    const run = line.kind === "run" ? line.run : undefined;
    const step = STEPS[event.key];
    if (step !== undefined) {
      const next = move(active + step);
      const reached = lines.lineAt(next);
      if (event.shiftKey && run && reached.kind === "run" && reached.run)
        choose.one(next, reached.run.run_id, true, { isRange: true });
    } else if (event.key === "Home") move(0);
    else if (event.key === "End") move(Number.POSITIVE_INFINITY);
    else if (event.key === "Enter" && run) navigate(addresses.run(run.workspace, run.run_id));
    else if (line.kind === "group" && isToggle(event.key, open.has(line.key))) toggle(line.key);
    else if (event.key === " " && run)
      choose.one(active, run.run_id, !isSelected(selection, run.run_id), { isRange: event.shiftKey });
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) choose.all(true);
    else if (event.key === "Escape") choose.all(false);
    else return;
    event.preventDefault();
  };
}

const isToggle = (key: string, isOpen: boolean) =>
  key === "Enter" || key === " " || (key === "ArrowRight" && !isOpen) || (key === "ArrowLeft" && isOpen);
