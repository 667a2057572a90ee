/** Lines of a file that the server only sends: found and counted here, without keeping the file. */

import type { Match, Places, Progress, Wanted } from "@/api/lines";
import type { ReadPiece } from "@/api/logs";
import { terminal } from "@/parts/terminal/terminal";

const PIECE_BYTES = 2 << 20;
const MOST_MATCHES = 10_000;
const NEW_LINE = 10;
const CONTROLS = ["\x1b", "\r", "\b"];

/** For files of moderate size; those of runs are better asked about on the server. */
export function readerPlaces(read: ReadPiece, pieceBytes = PIECE_BYTES): Places {
  return {
    ofLine: async (line, signal) => {
      let last = { line: 1, offset: 0 };
      for await (const lines of pieces(read, pieceBytes, signal))
        for (const each of lines) {
          if (each.end === each.offset && lines.isLast) continue;
          last = { line: each.line, offset: each.offset };
          if (each.line >= line) return last;
        }
      return last;
    },
    ofByte: async (offset, signal) => {
      let last = { line: 1, offset: 0 };
      for await (const lines of pieces(read, pieceBytes, signal))
        for (const each of lines) {
          if (each.offset > offset) return last;
          last = { line: each.line, offset: each.offset };
        }
      return last;
    },
    search: (wanted, start, tell, signal) => search(read, { wanted, start, tell, signal, pieceBytes }),
    server: null,
  };
}

type Search = {
  wanted: Wanted;
  start: number;
  tell: (progress: Progress) => void;
  signal: AbortSignal;
  pieceBytes: number;
};

async function search(read: ReadPiece, { wanted, start, tell, signal, pieceBytes }: Search): Promise<void> {
  const needle = wanted.text.toLowerCase();
  let count = 0;
  for await (const lines of pieces(read, pieceBytes, signal)) {
    const matches: Match[] = [];
    for (const { line, offset, text } of lines) {
      if (offset < start || !holds(text, needle)) continue;
      count += 1;
      if (count <= MOST_MATCHES) matches.push([line, offset, offset]);
    }
    tell({ matches, count, readBytes: lines.readBytes, sizeBytes: lines.sizeBytes });
  }
}

type LineOfFile = { line: number; offset: number; end: number; text: string };
type Lines = LineOfFile[] & { readBytes: number; sizeBytes: number; isLast: boolean };

async function* pieces(read: ReadPiece, pieceBytes: number, signal?: AbortSignal): AsyncGenerator<Lines> {
  let at = 0;
  let line = 1;
  for (;;) {
    const piece = await read({ offset: at, limit: pieceBytes }, signal);
    signal?.throwIfAborted();
    const isLast = piece.bytes.length === 0 || piece.offset + piece.bytes.length >= piece.sizeBytes;
    const whole = isLast ? piece.bytes.length : piece.bytes.lastIndexOf(NEW_LINE) + 1 || piece.bytes.length;
    const bytes = piece.bytes.subarray(0, whole);
    const found: LineOfFile[] = [];
    let start = 0;
    // A line feed is one byte in UTF-8 and part of no other letter: lines of the text are lines of the bytes.
    for (const text of new TextDecoder().decode(bytes).split("\n")) {
      const next = bytes.indexOf(NEW_LINE, start);
      if (next < 0 && text === "" && !isLast) break;
      found.push({ line, offset: at + start, end: at + (next < 0 ? bytes.length : next + 1), text });
      if (next < 0) break;
      start = next + 1;
      line += 1;
    }
    at += whole;
    yield Object.assign(found, { readBytes: at, sizeBytes: piece.sizeBytes, isLast });
    if (isLast) return;
  }
}

/** Whether any line that this text would show holds the words: escapes are not part of what one reads. */
function holds(text: string, needle: string): boolean {
  if (!CONTROLS.some((control) => text.includes(control))) return text.toLowerCase().includes(needle);
  const screen = terminal("frames");
  screen.write(text);
  return screen.lines().some((line) => line.text.toLowerCase().includes(needle));
}

/** Columns at which `needle` (lower case) begins in `text`. */
export function columnsOf(text: string, needle: string): number[] {
  if (needle === "") return [];
  const found: number[] = [];
  const lower = text.toLowerCase();
  // Some letters change their length in lower case; then columns would be wrong, and the line is shown unmarked.
  if (lower.length !== text.length) return [];
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, at + needle.length)) found.push(at);
  return found;
}
