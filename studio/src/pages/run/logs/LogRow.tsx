/** One row of a log: its number, which is a link to it, its time, its text. */

import { ChevronDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import type { MouseEvent } from "react";
import type { Line } from "@/parts/terminal/terminal";
import { LOGS } from "@/texts/logs";
import { clockTime } from "./arrivals";
import type { Row } from "./frames";
import { LogLine } from "./LogLine";

type Props = {
  row: Row;
  line: Line;
  number: number | null;
  /** Frames after the first one of a line have no number of their own. */
  isFirst: boolean;
  timeMs: number | null;
  needle: string;
  pick: (line: number, isMore: boolean) => void;
  toggleFold: (line: number) => void;
};

export function LogRow({ row, line, number, isFirst, timeMs, needle, pick, toggleFold }: Props) {
  return (
    <>
      <span className="log-gutter">
        {number !== null && row.frames > 1 && (
          <button
            type="button"
            className="log-fold"
            aria-expanded={!row.isFolded}
            aria-label={row.isFolded ? LOGS.unfold(row.frames) : LOGS.fold(row.frames)}
            title={row.isFolded ? LOGS.unfold(row.frames) : LOGS.fold(row.frames)}
            onClick={() => toggleFold(number)}
          >
            {row.isFolded ? <ChevronRightRegular /> : <ChevronDownRegular />}
          </button>
        )}
        {number !== null && isFirst && <LineNumber number={number} pick={pick} />}
      </span>
      {timeMs !== null && <LineTime timeMs={timeMs} />}
      <LogLine line={line} needle={needle} />
      {row.isFolded && <span className="log-folded">{LOGS.folded(row.frames)}</span>}
    </>
  );
}

function LineNumber({ number, pick }: { number: number; pick: Props["pick"] }) {
  const clicked = (event: MouseEvent) => {
    event.preventDefault();
    pick(number, event.shiftKey);
  };
  return (
    <a className="log-number" href={`#L${number}`} tabIndex={-1} title={LOGS.lineLink(number)} onClick={clicked}>
      {number}
    </a>
  );
}

function LineTime({ timeMs }: { timeMs: number }) {
  const iso = new Date(timeMs).toISOString();
  return (
    <time
      className="log-time"
      dateTime={iso}
      title={LOGS.timeTip(clockTime(timeMs), iso.replace("T", " ").slice(0, -1))}
    >
      {clockTime(timeMs)}
    </time>
  );
}
