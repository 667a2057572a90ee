import { expect, test } from "vitest";
import type { ReadPiece } from "@/api/logs";
import { columnsOf, type Found, searchLog } from "@/pages/run/logs/searches";
import { type LogView, LogWindow } from "@/pages/run/logs/windows";

/** A log in memory that answers as the server does. */
function aLog(text: string) {
  let bytes = new TextEncoder().encode(text);
  let isFinal = false;
  const asked: { offset: number; limit: number }[] = [];
  const read: ReadPiece = async ({ offset, limit }) => {
    asked.push({ offset, limit });
    const from = offset < 0 ? Math.max(0, bytes.length + offset) : Math.min(offset, bytes.length);
    return { bytes: bytes.slice(from, from + limit), offset: from, sizeBytes: bytes.length, isFinal };
  };
  return {
    read,
    asked,
    write: (more: string) => {
      bytes = new Uint8Array([...bytes, ...new TextEncoder().encode(more)]);
    },
    end: () => {
      isFinal = true;
    },
  };
}

const SMALL = { pieceBytes: 100, windowBytes: 600, windowLines: 1000 };
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index} é\n`).join("");
const textOf = (view: LogView) => Array.from({ length: view.lineCount }, (_, index) => view.lineAt(index).text);

function open(log: ReturnType<typeof aLog>, limits = SMALL) {
  const views: LogView[] = [];
  const window = new LogWindow(log.read, "settled", (view) => views.push(view), limits);
  return { window, views, last: () => views.at(-1) as LogView };
}

test("a log opens at its end, and with a whole line", async () => {
  const { window, last } = open(aLog(numbered(0, 100)));
  await window.openTail();
  const lines = textOf(last());
  expect(lines.at(-1)).toBe("line 99 é");
  expect(lines[0]).toMatch(/^line \d+ é$/);
  expect(last().startBytes).toBeGreaterThan(0);
});

test("going up to the beginning shows every line once, and says how many came in above", async () => {
  const { window, last, views } = open(aLog(numbered(0, 40)), { ...SMALL, windowBytes: 10_000 });
  await window.openTail();
  while (last().startBytes > 0) await window.earlier();
  expect(textOf(last())).toEqual(numbered(0, 40).trim().split("\n"));
  const first = views.find((view) => view.lineCount > 0) as LogView;
  expect(views.reduce((sum, view) => sum + view.shift, 0) + first.lineCount).toBe(40);
});

test("what is written while one looks at the end comes in, also in the middle of a line or of a letter", async () => {
  const log = aLog("a\nb");
  const { window, last } = open(log);
  await window.openTail();
  log.write("c\n");
  await window.follow();
  log.write("d");
  await window.follow();
  expect(textOf(last())).toEqual(["a", "bc", "d"]);
});

test("an empty log grows from nothing", async () => {
  const log = aLog("");
  const { window, last } = open(log);
  await window.openTail();
  expect(last().lineCount).toBe(0);
  log.write("first\n");
  await window.follow();
  expect(textOf(last())).toEqual(["first"]);
  log.end();
  await window.follow();
  expect(last().isFinal).toBe(true);
});

test("following for ever keeps a bounded part, and the rows below keep their names", async () => {
  const log = aLog(numbered(0, 5));
  const { window, last } = open(log);
  await window.openTail();
  for (let from = 5; from < 400; from += 5) {
    log.write(numbered(from, from + 5));
    await window.follow();
  }
  const view = last();
  expect(view.endBytes - view.startBytes).toBeLessThan(1300);
  expect(textOf(view).at(-1)).toBe("line 399 é");
  const keys = Array.from({ length: view.lineCount }, (_, index) => view.keyAt(index));
  expect(new Set(keys).size).toBe(view.lineCount);
});

test("a log that grew far while nobody looked is shown from its new end", async () => {
  const log = aLog(numbered(0, 3));
  const { window, last } = open(log);
  await window.openTail();
  log.write(numbered(3, 1000));
  await window.follow();
  expect(textOf(last()).at(-1)).toBe("line 999 é");
  expect(log.asked.length).toBeLessThan(8);
});

test("somebody who reads at the beginning is not moved by what comes at the end", async () => {
  const log = aLog(numbered(0, 100));
  const { window, last } = open(log);
  await window.openAt(0);
  const before = textOf(last());
  log.write(numbered(100, 200));
  await window.follow();
  expect(textOf(last())).toEqual(before);
  expect(last().sizeBytes).toBeGreaterThan(2000);
});

test("an error is told, and the next success takes it away", async () => {
  const log = aLog("a\n");
  let isBroken = true;
  const views: LogView[] = [];
  const window = new LogWindow(
    (wanted, signal) => (isBroken ? Promise.reject(new Error("gone")) : log.read(wanted, signal)),
    "settled",
    (view) => views.push(view),
  );
  await window.openTail();
  expect(views.at(-1)?.error).toEqual(new Error("gone"));
  isBroken = false;
  await window.follow();
  expect(views.at(-1)?.error).toBeNull();
  expect(views.at(-1)?.lineCount).toBe(1);
});

test("a search reads the whole log in pieces and finds lines by what they show", async () => {
  const log = aLog(`${numbered(0, 50)}\x1b[31mSome\x1b[0mthing\n${numbered(50, 60)}`);
  const all: Found[] = [];
  await searchLog(log.read, "something", (found) => all.push(found), {
    signal: new AbortController().signal,
    pieceBytes: 64,
  });
  const found = all.at(-1) as Found;
  expect(found.isWhole).toBe(true);
  expect(found.offsets).toEqual([new TextEncoder().encode(numbered(0, 50)).length]);
  expect(all.length).toBeGreaterThan(5);
});

test("marks are where the words are", () => {
  expect(columnsOf("Loss loss LOSS", "loss")).toEqual([0, 5, 10]);
  expect(columnsOf("aaaa", "aa")).toEqual([0, 2]);
  expect(columnsOf("x", "")).toEqual([]);
});
