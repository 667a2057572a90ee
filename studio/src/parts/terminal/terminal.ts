/** Terminal text as lines: what a terminal would have left on the screen, or every frame of it, as a record. */

import { PLAIN, restyled, type Style } from "./styles";

/** One line; `runs` says which style goes up to which column, in order. */
export type Line = { readonly text: string; readonly runs: readonly StyleRun[] };
type StyleRun = { readonly end: number; readonly style: Style };

/** `settled`: a progress bar is one line, as it was last. `frames`: each of its states is a line of its own. */
export type Mode = "settled" | "frames";

export type Terminal = {
  write: (text: string) => void;
  lines: () => readonly Line[];
  /** For each of the lines: how many line feeds were written before it first came. It never falls. */
  records: () => readonly number[];
};

export const EMPTY_LINE: Line = { text: "", runs: [] };
// One line of a gigabyte must not become one element of a page.
const MAX_COLUMNS = 4096;
// How far up a program may go to redraw; enough for any set of progress bars.
const MAX_ROWS_UP = 256;
const MAX_ESCAPE = 4096;

const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  /([^\x00-\x1f\x7f-\x9f]+)|\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\`-~]|[\x00-\x1a\x1c-\x1f\x7f-\x9f]/y;
// Characters that make text read in another order than it is written.
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g;

export function terminal(mode: Mode): Terminal {
  const lines: Line[] = [EMPTY_LINE];
  const records: number[] = [0];
  let record = 0;
  let row = 0;
  let column = 0;
  let style = PLAIN;
  let rest = "";
  let isReturned = false;

  const newLine = () => {
    row += 1;
    column = 0;
    if (row < lines.length) return;
    lines.push(EMPTY_LINE);
    records.push(record);
  };
  const put = (text: string) => {
    let left = text.replace(REORDERING, "\ufffd");
    while (left !== "") {
      if (column >= MAX_COLUMNS) newLine();
      const piece = left.slice(0, MAX_COLUMNS - column);
      lines[row] = written(lines[row] ?? EMPTY_LINE, column, piece, style);
      column += piece.length;
      left = left.slice(piece.length);
    }
  };
  const control = (character: string) => {
    if (character === "\n") {
      record += 1;
      newLine();
    } else if (character === "\r") isReturned = true;
    else if (character === "\b") column = Math.max(0, column - 1);
    else if (character === "\t") put(" ".repeat(8 - (column % 8)));
  };
  /** A return begins a new frame, unless a new line follows and it was only the end of a line. */
  const settleReturn = () => {
    isReturned = false;
    if (mode === "frames" && (lines[row] ?? EMPTY_LINE).text !== "") newLine();
    column = 0;
  };
  const command = (parameters: string, final: string) => {
    if (final === "m") {
      if (!/^[?<=>]/.test(parameters)) style = restyled(style, parameters);
      return;
    }
    if (mode === "frames") return;
    const first = Number.parseInt(parameters, 10) || 0;
    const count = Math.max(1, Math.min(first, 1000));
    if (final === "A" || final === "F") row = Math.max(0, lines.length - MAX_ROWS_UP, row - count);
    if (final === "B" || final === "E") row = Math.min(lines.length - 1, row + count);
    if (final === "E" || final === "F") column = 0;
    if (final === "C") column = Math.min(MAX_COLUMNS - 1, column + count);
    if (final === "D") column = Math.max(0, column - count);
    if (final === "G") column = count - 1;
    if (final === "K") lines[row] = erased(lines[row] ?? EMPTY_LINE, column, first);
    if (final === "J" && first === 0) {
      lines[row] = erased(lines[row] ?? EMPTY_LINE, column, 0);
      for (let below = row + 1; below < lines.length; below += 1) lines[below] = EMPTY_LINE;
    }
  };

  const write = (more: string) => {
    const text = rest + more;
    rest = "";
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const at = TOKEN.lastIndex;
      const [token, plain, parameters, final] = TOKEN.exec(text) ?? [];
      if (token === undefined) {
        // An escape that is not whole: wait for the rest of it, unless it is none, or one that never ends.
        if (text.length - at < MAX_ESCAPE && !text.slice(at).includes("\n")) {
          rest = text.slice(at);
          return;
        }
        TOKEN.lastIndex = at + 1;
        continue;
      }
      if (isReturned && token !== "\n" && token !== "\r") settleReturn();
      if (token === "\n") isReturned = false;
      if (plain !== undefined) put(plain);
      else if (final !== undefined) command(parameters ?? "", final);
      else if (token.length === 1) control(token);
    }
  };
  return { write, lines: () => lines, records: () => records };
}

/** The line with `piece` written over it from `column` on. */
function written(line: Line, column: number, piece: string, style: Style): Line {
  const padded = line.text.length < column ? line.text.padEnd(column) : line.text;
  const end = column + piece.length;
  const text = padded.slice(0, column) + piece + padded.slice(end);
  if (style === PLAIN && line.runs.length === 0) return { text, runs: line.runs };
  const spread = line.runs.length > 0 ? line.runs : [{ end: line.text.length, style: PLAIN }];
  const before = cut(spread, 0, column);
  const known = before.at(-1)?.end ?? 0;
  const gap = known < column ? [{ end: column, style: PLAIN }] : [];
  return { text, runs: merged([...before, ...gap, { end, style }, ...cut(spread, end, text.length)]) };
}

/** `how` 0: from the column on, 1: up to it, 2: all of it. */
function erased(line: Line, column: number, how: number): Line {
  if (how === 2) return EMPTY_LINE;
  if (how === 0) return { text: line.text.slice(0, column), runs: cut(line.runs, 0, column) };
  return how === 1 ? written(line, 0, " ".repeat(Math.min(column + 1, line.text.length)), PLAIN) : line;
}

function cut(runs: readonly StyleRun[], from: number, to: number): StyleRun[] {
  const kept: StyleRun[] = [];
  let start = 0;
  for (const run of runs) {
    if (run.end > from && start < to) kept.push({ end: Math.min(run.end, to), style: run.style });
    start = run.end;
  }
  return kept;
}

function merged(runs: readonly StyleRun[]): StyleRun[] {
  const kept: StyleRun[] = [];
  let start = 0;
  for (const run of runs) {
    if (run.end <= start) continue;
    if (kept.at(-1)?.style === run.style) kept.pop();
    kept.push(run);
    start = run.end;
  }
  return kept;
}
