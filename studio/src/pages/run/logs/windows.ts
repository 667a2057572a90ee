/** The part of a log that is at hand: read from its end, grown in both ways, followed while it grows. */

import type { Piece, ReadPiece } from "@/api/logs";
import { EMPTY_LINE, type Line, type Mode, type Terminal, terminal } from "@/parts/terminal/terminal";

export type Limits = { pieceBytes: number; windowBytes: number; windowLines: number };
export const LIMITS: Limits = { pieceBytes: 256 << 10, windowBytes: 16 << 20, windowLines: 400_000 };

export type LogView = {
  readonly lineCount: number;
  readonly lineAt: (index: number) => Line;
  /** Stays with a line when earlier ones come in. */
  readonly keyAt: (index: number) => string;
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
type Segment = { id: number; start: number; end: number; screen: Terminal; decoder: TextDecoder };

const NEW_LINE = 10;
// So far behind that reading it all would take longer than anybody wants to watch: go on from the end.
const FAR_BEHIND_PIECES = 8;
const SEGMENT_PIECES = 4;

/** Tells `changed` whenever there is something new to show. Its jobs are done one after another. */
export class LogWindow {
  private segments: readonly Segment[] = [];
  private sizeBytes = 0;
  private isFinal = false;
  private isAtEnd = false;
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

  /** Opens at a byte where a line begins. */
  openAt(offset: number): Promise<void> {
    return this.inTurn(async () => {
      this.openWith(await this.piece(offset), 0);
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
    this.changed(viewOf(this.segments, { shift, sizeBytes, isFinal, isLoading: this.jobs > 0, error }));
  }

  private async piece(offset: number, limit = this.limits.pieceBytes): Promise<Piece> {
    const piece = await this.read({ offset, limit }, this.control.signal);
    this.sizeBytes = piece.sizeBytes;
    this.isFinal = piece.isFinal;
    return piece;
  }

  private segment(start: number): Segment {
    this.lastId += 1;
    return { id: this.lastId, start, end: start, screen: terminal(this.mode), decoder: new TextDecoder() };
  }

  private openWith(piece: Piece, skipped: number): void {
    const first = this.segment(piece.offset + skipped);
    grow(first, piece.bytes.subarray(skipped));
    this.segments = [first];
    this.isAtEnd = this.end >= this.sizeBytes;
  }

  private async append(): Promise<number> {
    const { bytes } = await this.piece(this.end);
    const last = this.segments.at(-1) ?? this.segment(0);
    const isFull = last.end - last.start > SEGMENT_PIECES * this.limits.pieceBytes;
    const cut = isFull ? bytes.lastIndexOf(NEW_LINE) + 1 : 0;
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
  segment.end += bytes.length;
  segment.screen.write(segment.decoder.decode(bytes, { stream: true }));
}

/** After a line end there is an empty line: it is the first one of the next segment, or where the next line will be. */
function lineCount(segment: Segment): number {
  const lines = segment.screen.lines();
  return lines.at(-1)?.text === "" ? lines.length - 1 : lines.length;
}

type State = Pick<LogView, "shift" | "sizeBytes" | "isFinal" | "isLoading" | "error">;

function viewOf(segments: readonly Segment[], state: State): LogView {
  const starts: number[] = [];
  let lines = 0;
  for (const segment of segments) {
    starts.push(lines);
    lines += lineCount(segment);
  }
  const placeOf = (index: number) => {
    let position = starts.length - 1;
    while (position > 0 && (starts[position] ?? 0) > index) position -= 1;
    return { segment: segments[position], line: index - (starts[position] ?? 0) };
  };
  return {
    ...state,
    lineCount: lines,
    lineAt: (index) => {
      const { segment, line } = placeOf(index);
      return segment?.screen.lines()[line] ?? EMPTY_LINE;
    },
    keyAt: (index) => {
      const { segment, line } = placeOf(index);
      return `${segment?.id ?? 0}.${line}`;
    },
    startBytes: segments[0]?.start ?? 0,
    endBytes: segments.at(-1)?.end ?? 0,
  };
}
