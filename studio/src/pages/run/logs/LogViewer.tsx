/** Shows a log or a text of any size, and follows it while it grows. */

import { Button, Spinner } from "@fluentui/react-components";
import { ArrowDownRegular } from "@fluentui/react-icons";
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type ReactNode, useMemo, useRef, useState } from "react";
import { isUnreachable } from "@/api/client";
import { setHash, useHash, useParameter } from "@/parts/addresses";
import { Problem } from "@/parts/Problem";
import { usePersisted } from "@/parts/persisted";
import { useShortcut } from "@/parts/shortcuts";
import type { Line } from "@/parts/terminal/terminal";
import { LOGS } from "@/texts/logs";
import { timeOf, useArrivals } from "./arrivals";
import { type Rows, useFolds } from "./frames";
import { useGoTo, useKeptPlace, useScrolling } from "./going";
import { LogRow } from "./LogRow";
import { LogToolbar } from "./LogToolbar";
import { clicked, hashOf, type LineRange, rangeOf } from "./ranges";
import { type LogSearch, useLogSearch } from "./search";
import { type Source, useLogWindow } from "./state";
import { type Step, useStep } from "./steps";
import type { LogView } from "./windows";
import "./logs.css";

const LINE_PX = 18;

type Props = {
  source: Source;
  name: string;
  actions: ReactNode;
  emptyText: string;
  /** Whether `#L12` of the address is a line of this one; of several side by side it is the first one's. */
  isMain?: boolean;
  /** The lines of a program's source in colours, from line 1 on. */
  highlighted?: readonly Line[] | null;
  /** Scrolled together with the others that are given the same. */
  step?: Step | null;
};

export function LogViewer({ source, name, actions, emptyText, isMain = true, highlighted = null, step = null }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [lens, setLens] = useParameter("lens");
  const isRecord = lens === "record" && source.live !== null;
  const [wraps, setWraps] = usePersisted("log.wraps", false);
  const [showsTimes, setShowsTimes] = usePersisted("log.times", false);
  const hash = useHash();
  const range = useMemo(() => (isMain ? rangeOf(hash) : null), [hash, isMain]);
  const [isFollowing, setFollowing] = useState(source.opensAt === "end" && range === null);
  const { view, window } = useLogWindow(source, isRecord ? "frames" : "settled", range?.first ?? null);
  const folds = useFolds(view, isRecord);
  const arrivals = useArrivals(source.places, view, source.live !== null && (showsTimes || step !== null));
  const virtual = useVirtualizer({
    count: folds.rows?.count ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    getItemKey: (row) => view?.keyAt(folds.rows?.at(row).index ?? row) ?? row,
    overscan: 20,
  });
  const scrollTo = (row: number) => {
    const { startIndex = 0, endIndex = -1 } = virtual.range ?? {};
    if (row > startIndex && row < endIndex) return;
    setFollowing(false);
    virtual.scrollToIndex(row, { align: "center" });
  };
  const goTo = useGoTo({ view, window, rows: folds.rows, source, range, scrollTo });
  const search = useLogSearch(source.places, view, ([line, offset, at]) => goTo.line(line, offset, at));
  useShortcut("e", () => isMain && search.canRegex && (search.isErrors ? search.go(1) : search.setErrors(true)));
  useKeptPlace(LINE_PX, scroller, view, isFollowing);
  const toTop = (row: number) => virtual.scrollToIndex(row, { align: "start" });
  const topRow = () => virtual.range?.startIndex ?? 0;
  useStep(step, { scroller, view, window, arrivals, places: source.places, rows: folds.rows, toTop, topRow });

  const { scrolled, toStart, toEnd } = useScrolling({ linePx: LINE_PX, scroller, view, window, source, setFollowing });
  const pick = (line: number, isMore: boolean) => {
    if (isMain) setHash(hashOf(clicked(range, line, isMore)));
  };
  return (
    <section className="log" aria-label={name}>
      <LogToolbar
        {...{
          name,
          view,
          isFollowing,
          wraps,
          setWraps,
          isRecord,
          showsTimes,
          setShowsTimes,
          toStart,
          toEnd,
          search,
          actions,
          range,
        }}
        isLive={source.live !== null}
        hasTimes={source.places.server !== null && source.live !== null}
        setRecord={(next) => setLens(next ? "record" : null)}
        fold={folds}
      />
      <LogProblem view={view} search={search} retry={() => void window?.follow()} />
      <div
        ref={scroller}
        className={wraps ? "log-text log-wraps" : "log-text"}
        style={{ "--digits": digitsOf(view) } as CSSProperties}
        role="log"
        aria-live="off"
        aria-label={LOGS.textOf(name)}
        tabIndex={0}
        data-testid="log-text"
        onScroll={scrolled}
      >
        {view && view.startBytes > 0 && <p className="log-more">{LOGS.above(view.startBytes)}</p>}
        {view && folds.rows && (
          <LogRows
            {...{ view, virtual, wraps, search, range, pick, highlighted }}
            rows={folds.rows}
            target={goTo.target}
            timeOfByte={(offset) => (showsTimes ? timeOf(arrivals, offset) : null)}
            toggleFold={folds.toggle}
          />
        )}
        {view && !view.isLoading && view.lineCount === 0 && <p className="log-empty">{emptyText}</p>}
        {!view && <Spinner size="small" label={LOGS.loading} />}
      </div>
      {source.opensAt === "end" && view && !isFollowing && (
        <Button
          className="log-back"
          size="small"
          appearance="primary"
          shape="circular"
          icon={<ArrowDownRegular />}
          onClick={toEnd}
        >
          {LOGS.backToEnd}
        </Button>
      )}
    </section>
  );
}

type RowsProps = {
  view: LogView;
  rows: Rows;
  virtual: Virtualizer<HTMLDivElement, Element>;
  wraps: boolean;
  search: LogSearch;
  range: LineRange | null;
  target: number | null;
  highlighted: readonly Line[] | null;
  timeOfByte: (offset: number) => number | null;
  pick: (line: number, isMore: boolean) => void;
  toggleFold: (line: number) => void;
};

function LogRows({
  view,
  rows,
  virtual,
  wraps,
  search,
  range,
  target,
  highlighted,
  timeOfByte,
  pick,
  toggleFold,
}: RowsProps) {
  return (
    <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
      {virtual.getVirtualItems().map((item) => {
        const row = rows.at(item.index);
        const number = view.numberAt(row.index);
        const offset = view.offsetAt(row.index);
        return (
          <div
            key={item.key}
            ref={wraps ? virtual.measureElement : undefined}
            className={classOf(number, search, range, target)}
            data-index={item.index}
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <LogRow
              row={row}
              line={inColours(view.lineAt(row.index), highlighted?.[(number ?? 0) - 1])}
              number={number}
              isFirst={row.isFolded || row.index === 0 || offset !== view.offsetAt(row.index - 1)}
              timeMs={timeOfByte(offset)}
              needle={search.needle}
              pick={pick}
              toggleFold={toggleFold}
            />
          </div>
        );
      })}
    </div>
  );
}

/** A line that is cut, or not read in full yet, has no colours. */
const inColours = (line: Line, highlighted: Line | undefined): Line =>
  highlighted?.text === line.text ? highlighted : line;

/** As wide as the last line's number may be: bytes bound lines, so nothing moves when numbers come. */
const digitsOf = (view: LogView | null): number => {
  const last = view && view.lineCount > 0 ? view.numberAt(view.lineCount - 1) : null;
  return Math.max(4, last !== null ? String(last).length : String(Math.ceil((view?.sizeBytes ?? 0) / 80)).length);
};

function classOf(number: number | null, search: LogSearch, range: LineRange | null, target: number | null): string {
  if (number === null) return "log-line";
  if (number === target) return "log-line log-target";
  if (range && number >= range.first && number <= range.last) return "log-line log-picked";
  return search.hits.has(number) ? "log-line log-hit" : "log-line";
}

function LogProblem({ view, search, retry }: { view: LogView | null; search: LogSearch; retry: () => void }) {
  if (search.error !== null) return <Problem error={search.error} />;
  // A server that is away is told of above every page; what is here can still be read.
  const isToTell = view?.error != null && (view.lineCount === 0 || !isUnreachable(view.error));
  return isToTell ? <Problem error={view.error} retry={retry} /> : null;
}
