/** Finds words in a log of any size, without keeping it. */

import type { ReadPiece } from "@/api/logs";
import { terminal } from "@/parts/terminal/terminal";

export type Found = {
  /** Bytes at which the lines begin that hold the words. */
  offsets: readonly number[];
  readBytes: number;
  sizeBytes: number;
  isWhole: boolean;
};

const PIECE_BYTES = 2 << 20;
const MOST_FOUND = 10_000;
const NEW_LINE = 10;

/** Reads the log once, front to back, and tells what it has found so far. */
export async function searchLog(
  read: ReadPiece,
  words: string,
  tell: (found: Found) => void,
  { signal, pieceBytes = PIECE_BYTES }: { signal: AbortSignal; pieceBytes?: number },
): Promise<void> {
  const needle = words.toLowerCase();
  const offsets: number[] = [];
  let at = 0;
  for (;;) {
    const piece = await read({ offset: at, limit: pieceBytes }, signal);
    if (signal.aborted) return;
    const isLast = piece.offset + piece.bytes.length >= piece.sizeBytes;
    const whole = isLast ? piece.bytes.length : piece.bytes.lastIndexOf(NEW_LINE) + 1 || piece.bytes.length;
    for (const offset of lineOffsets(piece.bytes.subarray(0, whole), needle)) offsets.push(at + offset);
    at += whole;
    const isWhole = isLast || piece.bytes.length === 0 || offsets.length >= MOST_FOUND;
    tell({ offsets: offsets.slice(0, MOST_FOUND), readBytes: at, sizeBytes: piece.sizeBytes, isWhole });
    if (isWhole) return;
  }
}

const CONTROLS = ["\x1b", "\r", "\b"];

/** Where the lines begin whose shown text holds `needle` (lower case). */
function lineOffsets(bytes: Uint8Array, needle: string): number[] {
  const text = new TextDecoder().decode(bytes);
  const isPlain = !CONTROLS.some((control) => text.includes(control));
  // Most of a long log holds nothing that is searched for, and is passed over as a whole.
  if (isPlain && !text.toLowerCase().includes(needle)) return [];
  const found: number[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    if (holds(line, needle)) found.push(start);
    // A line end is one byte in UTF-8 and part of no other letter: lines of the text are lines of the bytes.
    start = bytes.indexOf(NEW_LINE, start) + 1;
  }
  return found;
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
