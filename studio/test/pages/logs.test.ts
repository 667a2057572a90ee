import { expect, test } from "vitest";
import type { Progress } from "@/api/lines";
import type { ReadPiece } from "@/api/logs";
import type { Artifact } from "@/api/types";
import { firstToShow } from "@/pages/run/LogsTab";
import { byteOf, timeOf } from "@/pages/run/logs/arrivals";
import { foldedRows } from "@/pages/run/logs/frames";
import { clicked, hashOf, rangeOf } from "@/pages/run/logs/ranges";
import { columnsOf, readerPlaces } from "@/pages/run/logs/searches";
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
  const window = new LogWindow(log.read, "settled", (view) => views.push(view), readerPlaces(log.read, 100), limits);
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

const never = new AbortController().signal;
const words = (text: string) => ({ text, isRegex: false, isErrors: false });

test("a search reads the whole log in pieces and finds lines by what they show", async () => {
  const log = aLog(`${numbered(0, 50)}\x1b[31mSome\x1b[0mthing\n${numbered(50, 60)}`);
  const all: Progress[] = [];
  await readerPlaces(log.read, 64).search(words("something"), 0, (progress) => all.push(progress), never);
  const offset = new TextEncoder().encode(numbered(0, 50)).length;
  expect(all.flatMap((progress) => progress.matches)).toEqual([[51, offset, offset]]);
  expect(all.at(-1)).toMatchObject({ count: 1, readBytes: all.at(-1)?.sizeBytes });
  expect(all.length).toBeGreaterThan(5);
});

test("lines are numbered as in the file, wherever the window is and however it moves", async () => {
  const log = aLog(numbered(0, 100));
  const { window, last } = open(log, { ...SMALL, windowBytes: 10_000 });
  const numbers = () => Array.from({ length: last().lineCount }, (_, index) => last().numberAt(index));
  const areRight = () => {
    const { lineCount, lineAt, rowOf } = last();
    for (let index = 0; index < lineCount; index += 1) {
      const number = numbers()[index] as number;
      // The last line may not be whole yet.
      expect(`line ${number - 1} é`.startsWith(lineAt(index).text.replace("\ufffd", ""))).toBe(true);
      if (index < lineCount - 1) expect(lineAt(index).text).toBe(`line ${number - 1} é`);
      expect(rowOf(number)).toBe(index);
    }
  };
  await window.openTail();
  await expect.poll(() => numbers().at(-1)).toBe(100);
  areRight();
  while (last().startBytes > 0) await window.earlier();
  expect(numbers()[0]).toBe(1);
  areRight();
  log.write(numbered(100, 103));
  await window.follow();
  areRight();
  const place = await readerPlaces(log.read, 64).ofLine(40);
  await window.openAt(place.offset, place.line);
  expect(numbers()[0]).toBe(40);
  areRight();
  for (let piece = 0; piece < 12; piece += 1) await window.later();
  areRight();
});

test("following for ever, lines keep their numbers", async () => {
  const log = aLog(numbered(0, 5));
  const { window, last } = open(log);
  await window.openTail();
  for (let from = 5; from < 300; from += 5) {
    log.write(numbered(from, from + 5));
    await window.follow();
  }
  const { lineCount, numberAt } = last();
  expect([numberAt(0), numberAt(lineCount - 1)]).toEqual([301 - lineCount, 300]);
});

test("a line without an end does not fill the memory", async () => {
  const log = aLog("x".repeat(20_000));
  const { window, last } = open(log);
  await window.openAt(0);
  while (last().endBytes < last().sizeBytes) await window.later();
  expect(last().endBytes - last().startBytes).toBeLessThan(2500);
  expect(last().numberAt(0)).toBe(1);
});

test("frames of a progress bar have the number of their line, and fold into the last of them", async () => {
  const log = aLog("a\n 1%\r 2%\r 3%\nb\n");
  const views: LogView[] = [];
  const window = new LogWindow(log.read, "frames", (view) => views.push(view), readerPlaces(log.read));
  await window.openAt(0);
  const view = views.at(-1) as LogView;
  expect(textOf(view)).toEqual(["a", " 1%", " 2%", " 3%", "b"]);
  expect([0, 1, 2, 3, 4].map(view.numberAt)).toEqual([1, 2, 2, 2, 3]);
  expect(foldedRows(view, true, () => false).count).toBe(5);
  const folded = foldedRows(view, true, (line) => line === 2);
  expect([0, 1, 2].map((row) => folded.at(row).index)).toEqual([0, 3, 4]);
  expect(folded.at(1)).toMatchObject({ frames: 3, isFolded: true });
  expect([0, 1, 2, 3, 4].map(folded.rowOf)).toEqual([0, 1, 1, 1, 2]);
});

test("an address names lines", () => {
  expect(rangeOf("#L12")).toEqual({ first: 12, last: 12 });
  expect(rangeOf("#L20-L12")).toEqual({ first: 12, last: 20 });
  for (const hash of ["", "#", "#L0", "#Lx", "#L1-", "#L99999999999999999999"]) expect(rangeOf(hash)).toBeNull();
  expect(hashOf(clicked(clicked(null, 5, true), 9, true))).toBe("#L5-L9");
  expect(hashOf(clicked({ first: 5, last: 9 }, 2, true))).toBe("#L2-L9");
});

test("a byte has the time of what came before it", () => {
  const arrivals = { offsets: [0, 10, 20], times: [100, 200, 300] };
  expect([0, 9, 10, 25].map((offset) => timeOf(arrivals, offset))).toEqual([100, 100, 200, 300]);
  expect([99, 100, 250, 900].map((time) => byteOf(arrivals, time))).toEqual([null, 0, 10, 20]);
});

test("marks are where the words are", () => {
  expect(columnsOf("Loss loss LOSS", "loss")).toEqual([0, 5, 10]);
  expect(columnsOf("aaaa", "aa")).toEqual([0, 2]);
  expect(columnsOf("x", "")).toEqual([]);
});

test("of a run's files the script's output is shown first, of many processes that of the first one", () => {
  const first = (...paths: string[]) => firstToShow(paths.map((path) => ({ path, is_log: true })) as Artifact[]);
  expect(first("azureml-logs/65_job_prep.txt", "user_logs/std_log.txt")).toBe("user_logs/std_log.txt");
  for (const name of ["", "_0", "_rank_0", "_worker_0"]) {
    const wanted = `azureml-logs/70_driver_log${name}.txt`;
    expect(first("azureml-logs/70_driver_log_chief.txt", "azureml-logs/70_driver_log_worker_1.txt", wanted)).toBe(
      wanted,
    );
  }
  expect(first("user_logs/std_log_process_status.json", "user_logs/std_log_0.txt")).toBe("user_logs/std_log_0.txt");
  expect(firstToShow([])).toBe(null);
});
