/** The part of a log that is at hand: read from its end, grown in both ways, followed while it grows. */

import type { Place, Places } from "@/api/lines";
import type { Piece, ReadPiece } from "@/api/logs";
import { EMPTY_LINE, type Line, type Mode, type Terminal, terminal } from "@/parts/terminal/terminal";

export type Limits = { pieceBytes: number; windowBytes: number; windowLines: number };
export const LIMITS: Limits = { pieceBytes: 256 << 10, windowBytes: 16 << 20, windowLines: 400_000 };

export type LogView = {
  readonly lineCount: number;
  readonly lineAt: (index: number) => Line;
  /** Stays with a line when earlier ones come in. */
  readonly keyAt: (index: number) => string;
  /** The line of the file, counted from 1; null as long as nobody knows how many there are above. */
  readonly numberAt: (index: number) => number | null;
  /** The byte at which the line of the file begins. */
  readonly offsetAt: (index: number) => number;
  /** The first row of a line of the file, or null if it is not at hand. */
  readonly rowOf: (line: number) => number | null;
  /** Lines that came in (positive) or went (negative) above the first one since the view before. */
  readonly shift: number;
  readonly startBytes: number;
  readonly endBytes: number;
  readonly sizeBytes: number;
  readonly isFinal: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
};

/** A stretch of whole lines, with a terminal of its own. */
type Segment = {
  id: number;
  start: number;
  end: number;
  /** The bytes at which its lines begin; a line feed at its very end begins the next one. */
  lineStarts: number[];
  screen: Terminal;
  decoder: TextDecoder;
};

const NEW_LINE = 10;
// So far behind that reading it all would take longer than anybody wants to watch: go on from the end.
const FAR_BEHIND_PIECES = 8;
const SEGMENT_PIECES = 4;
// A line that is longer than this many segments is cut, so that it cannot fill the memory.
const LONGEST_SEGMENTS = 2;

/** Tells `changed` whenever there is something new to show. Its jobs are done one after another. */
export class LogWindow {
  private segments: readonly Segment[] = [];
  private sizeBytes = 0;
  private isFinal = false;
  private isAtEnd = false;
  private firstLine: number | null = null;
  private error: unknown = null;
  private jobs = 0;
  private lastId = 0;
  private isFollowing = false;
  private isWantedAgain = false;
  private queue: Promise<void> = Promise.resolve();
  private readonly control = new AbortController();

  constructor(
    private readonly read: ReadPiece,
    private readonly mode: Mode,
    private readonly changed: (view: LogView) => void,
    private readonly places: Pick<Places, "ofByte"> | null = null,
    private readonly limits: Limits = LIMITS,
  ) {}

  stop(): void {
    this.control.abort();
  }

  openTail(): Promise<void> {
    return this.inTurn(async () => {
      const piece = await this.piece(-this.limits.pieceBytes);
      // Counted from the end, the first line is most likely cut in two.
      const skipped = piece.offset > 0 ? piece.bytes.indexOf(NEW_LINE) + 1 : 0;
      this.openWith(piece, skipped);
      return 0;
    });
  }

  /** Opens at a byte where a line begins; `line`: its number, where that is known. */
  openAt(offset: number, line: number | null = null): Promise<void> {
    return this.inTurn(async () => {
      this.openWith(await this.piece(offset), 0, line);
      return 0;
    });
  }

  earlier(): Promise<void> {
    return this.inTurn(async () => {
      const to = this.start;
      if (to === 0) return 0;
      const from = Math.max(0, to - this.limits.pieceBytes);
      const piece = await this.piece(from, to - from);
      const first = this.segment(from);
      const skipped = from > 0 ? piece.bytes.indexOf(NEW_LINE) + 1 : 0;
      first.start = first.end = from + skipped;
      grow(first, piece.bytes.subarray(skipped));
      this.segments = [first, ...this.segments];
      if (this.firstLine !== null) this.firstLine -= endsIn(first);
      while (this.isTooMuch()) this.segments = this.segments.slice(0, -1);
      this.isAtEnd = this.end >= this.sizeBytes;
      return lineCount(first);
    });
  }

  later(): Promise<void> {
    return this.inTurn(() => this.append());
  }

  /** Reads what came at the end, if the end is what one looks at; else learns how long the log is by now. */
  async follow(): Promise<void> {
    this.isWantedAgain = true;
    if (this.isFollowing) return;
    this.isFollowing = true;
    while (this.isWantedAgain && !this.control.signal.aborted) {
      this.isWantedAgain = false;
      await this.catchUp();
    }
    this.isFollowing = false;
  }

  private async catchUp(): Promise<void> {
    if (this.segments.length === 0) return this.openTail();
    if (!this.isAtEnd) return this.inTurn(async () => this.piece(this.end, 0).then(() => 0));
    do await this.later();
    while (this.error === null && !this.isAtEnd && !this.isFarBehind && !this.control.signal.aborted);
    if (this.isFarBehind) await this.openTail();
  }

  private get start(): number {
    return this.segments[0]?.start ?? 0;
  }

  private get end(): number {
    return this.segments.at(-1)?.end ?? 0;
  }

  private get isFarBehind(): boolean {
    return this.sizeBytes - this.end > FAR_BEHIND_PIECES * this.limits.pieceBytes;
  }

  private inTurn(job: () => Promise<number>): Promise<void> {
    this.jobs += 1;
    if (this.jobs === 1) this.tell(0);
    this.queue = this.queue.then(async () => {
      let shift = 0;
      try {
        shift = await job();
        this.error = null;
      } catch (problem) {
        this.error = problem;
      }
      this.jobs -= 1;
      this.tell(shift);
    });
    return this.queue;
  }

  private tell(shift: number): void {
    if (this.control.signal.aborted) return;
    const { sizeBytes, isFinal, error } = this;
    const state = { shift, sizeBytes, isFinal, isLoading: this.jobs > 0, error };
    this.changed(viewOf(this.segments, this.firstLine, state));
  }

  private async piece(offset: number, limit = this.limits.pieceBytes): Promise<Piece> {
    const piece = await this.read({ offset, limit }, this.control.signal);
    this.sizeBytes = piece.sizeBytes;
    this.isFinal = piece.isFinal;
    return piece;
  }

  private segment(start: number): Segment {
    this.lastId += 1;
    const screen = terminal(this.mode);
    return { id: this.lastId, start, end: start, lineStarts: [], screen, decoder: new TextDecoder() };
  }

  private openWith(piece: Piece, skipped: number, line: number | null = null): void {
    const first = this.segment(piece.offset + skipped);
    grow(first, piece.bytes.subarray(skipped));
    this.segments = [first];
    this.isAtEnd = this.end >= this.sizeBytes;
    this.firstLine = first.start === 0 ? 1 : line;
    // The text does not wait for its line numbers: for those the server may have to read what is above.
    if (this.firstLine === null)
      void this.places
        ?.ofByte(first.start, this.control.signal)
        .then((place) => this.number(first.start, place), this.failed);
  }

  /** The line at this byte is known: so are those of all that is at hand. */
  private number(offset: number, place: Place): void {
    const before = this.segments.flatMap((segment) => segment.lineStarts).filter((start) => start <= offset).length;
    if (offset < this.start || offset > this.end) return;
    this.firstLine = place.line - before;
    this.tell(0);
  }

  private readonly failed = (problem: unknown) => {
    if (this.control.signal.aborted) return;
    this.error = problem;
    this.tell(0);
  };

  private async append(): Promise<number> {
    const { bytes } = await this.piece(this.end);
    const last = this.segments.at(-1) ?? this.segment(0);
    const isFull = last.end - last.start > SEGMENT_PIECES * this.limits.pieceBytes;
    const isEndless = last.end - last.start > LONGEST_SEGMENTS * SEGMENT_PIECES * this.limits.pieceBytes;
    const cut = isFull ? bytes.lastIndexOf(NEW_LINE) + 1 || (isEndless ? wholeLetters(bytes) : 0) : 0;
    grow(last, cut > 0 ? bytes.subarray(0, cut) : bytes);
    if (cut > 0) {
      const next = this.segment(last.end);
      grow(next, bytes.subarray(cut));
      this.segments = [...this.segments, next];
    }
    this.isAtEnd = this.end >= this.sizeBytes;
    return -this.dropFirst();
  }

  private dropFirst(): number {
    let lines = 0;
    while (this.isTooMuch()) {
      const [first, ...others] = this.segments;
      lines += first ? lineCount(first) : 0;
      if (this.firstLine !== null && first) this.firstLine += endsIn(first);
      this.segments = others;
    }
    return lines;
  }

  private isTooMuch(): boolean {
    if (this.segments.length < 2) return false;
    const lines = this.segments.reduce((sum, segment) => sum + segment.screen.lines().length, 0);
    return this.end - this.start > this.limits.windowBytes || lines > this.limits.windowLines;
  }
}

function grow(segment: Segment, bytes: Uint8Array): void {
  for (let at = bytes.indexOf(NEW_LINE); at >= 0; at = bytes.indexOf(NEW_LINE, at + 1))
    segment.lineStarts.push(segment.end + at + 1);
  segment.end += bytes.length;
  segment.screen.write(segment.decoder.decode(bytes, { stream: true }));
}

const endsIn = (segment: Segment) => segment.lineStarts.length;

/** How many of these bytes are whole letters of UTF-8. */
function wholeLetters(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1;
  return Math.max(0, end - 1);
}

/** After a line end there is an empty line: it is the first one of the next segment, or where the next line will be. */
function lineCount(segment: Segment): number {
  const lines = segment.screen.lines();
  return lines.at(-1)?.text === "" ? lines.length - 1 : lines.length;
}

type State = Pick<LogView, "shift" | "sizeBytes" | "isFinal" | "isLoading" | "error">;

function viewOf(segments: readonly Segment[], firstLine: number | null, state: State): LogView {
  const starts: number[] = [];
  const numbers: number[] = [];
  let rows = 0;
  let ends = 0;
  for (const segment of segments) {
    starts.push(rows);
    numbers.push(ends);
    rows += lineCount(segment);
    ends += endsIn(segment);
  }
  const placeOf = (index: number) => {
    let position = starts.length - 1;
    while (position > 0 && (starts[position] ?? 0) > index) position -= 1;
    return { position, segment: segments[position], row: index - (starts[position] ?? 0) };
  };
  const recordAt = (index: number) => {
    const { position, segment, row } = placeOf(index);
    return { position, segment, record: segment?.screen.records()[row] ?? 0 };
  };
  return {
    ...state,
    lineCount: rows,
    lineAt: (index) => {
      const { segment, row } = placeOf(index);
      return segment?.screen.lines()[row] ?? EMPTY_LINE;
    },
    keyAt: (index) => {
      const { segment, row } = placeOf(index);
      return `${segment?.id ?? 0}.${row}`;
    },
    numberAt: (index) => {
      if (firstLine === null) return null;
      const { position, record } = recordAt(index);
      return firstLine + (numbers[position] ?? 0) + record;
    },
    offsetAt: (index) => {
      const { segment, record } = recordAt(index);
      return (record > 0 ? segment?.lineStarts[record - 1] : segment?.start) ?? 0;
    },
    rowOf: (line) => {
      if (firstLine === null || line < firstLine || line > firstLine + ends) return null;
      let position = numbers.length - 1;
      while (position > 0 && firstLine + (numbers[position] ?? 0) > line) position -= 1;
      const records = segments[position]?.screen.records() ?? [];
      const row = firstNotBelow(records, line - firstLine - (numbers[position] ?? 0));
      return Math.min((starts[position] ?? 0) + row, Math.max(0, rows - 1));
    },
    startBytes: segments[0]?.start ?? 0,
    endBytes: segments.at(-1)?.end ?? 0,
  };
}

/** Where in the rising numbers the first one is that is not below `wanted`. */
export function firstNotBelow(numbers: readonly number[], wanted: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
