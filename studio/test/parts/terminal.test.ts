import { expect, test } from "vitest";
import { PLAIN, restyled } from "@/parts/terminal/styles";
import { type Mode, terminal } from "@/parts/terminal/terminal";

function shown(text: string, mode: Mode = "settled", pieceLength = text.length || 1): string[] {
  const screen = terminal(mode);
  for (let at = 0; at < text.length; at += pieceLength) screen.write(text.slice(at, at + pieceLength));
  return screen.lines().map((line) => line.text);
}

test("a progress bar settles to its last state", () => {
  expect(shown("start\n 10%|#\r 50%|###\r100%|#####\ndone\n")).toEqual(["start", "100%|#####", "done", ""]);
});

test("every frame of a progress bar can be seen", () => {
  expect(shown(" 10%\r 50%\r100%\ndone", "frames")).toEqual([" 10%", " 50%", "100%", "done"]);
});

test("a shorter state leaves the end of a longer one, as a terminal does, unless it is erased", () => {
  expect(shown("abcdef\rxy")).toEqual(["xycdef"]);
  expect(shown("abcdef\rxy\x1b[K")).toEqual(["xy"]);
});

test("line ends of Windows are line ends, also when cut in two", () => {
  expect(shown("a\r\nb\r\n", "settled", 1)).toEqual(["a", "b", ""]);
  expect(shown("a\r\nb\r\n", "frames", 1)).toEqual(["a", "b", ""]);
});

test("nested bars redraw the lines above", () => {
  expect(shown("outer 0\ninner 0\x1b[A\router 1\x1b[B\rinner 9\n")).toEqual(["outer 1", "inner 9", ""]);
  expect(shown("a\nb\nc\x1b[2A\r\x1b[2Knew\x1b[J")).toEqual(["new", "", ""]);
});

test("titles, links and the clipboard are dropped; the words of a link stay", () => {
  const hostile =
    "\x1b]0;title\x07a\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\b\x1b]52;c;ZXZpbA==\x07c\x1bPq#0\x1b\\d";
  expect(shown(hostile)).toEqual(["alinkbcd"]);
});

test("an escape that never ends does not swallow the log", () => {
  expect(shown("before\n\x1b]0;never ended\nafter\n").slice(-2)).toEqual(["after", ""]);
  expect(shown(`\x1b]${"x".repeat(10_000)}`).join("")).toContain("xxxx");
});

test("text that would read backwards is shown as it is written", () => {
  expect(shown("a\u202eevil\u202cb")).toEqual(["a\ufffdevil\ufffdb"]);
});

test("whatever the pieces, the lines are the same", () => {
  const text = "x\x1b[1;31mred\x1b[0m\r\n 5%\r10%\x1b[K\n\x1b]8;;u\x07w\x1b]8;;\x07\ttab\bB\n";
  for (let length = 1; length < text.length; length += 1) expect(shown(text, "settled", length)).toEqual(shown(text));
});

test("colours keep to their columns, also when written over", () => {
  const screen = terminal("settled");
  screen.write("\x1b[31mredred\x1b[0m plain\r\x1b[32mgr\x1b[0m");
  const [line] = screen.lines();
  expect(line?.text).toBe("grdred plain");
  expect(line?.runs.map((run) => [run.end, run.style.foreground])).toEqual([
    [2, 2],
    [6, 1],
    [12, null],
  ]);
});

test("one endless line becomes many of bounded length, and loses nothing", () => {
  const lines = shown("y".repeat(10_000));
  expect(Math.max(...lines.map((line) => line.length))).toBe(4096);
  expect(lines.join("")).toBe("y".repeat(10_000));
});

test("styles add up and are taken back", () => {
  const style = restyled(restyled(PLAIN, "1;4;38;5;208"), "22;48;2;20;90;300");
  expect(style).toMatchObject({
    bold: false,
    underline: true,
    foreground: "rgb(255 135 0)",
    background: "rgb(20 90 255)",
  });
  expect(restyled(style, "")).toEqual(PLAIN);
  expect(restyled(PLAIN, "91;103")).toMatchObject({ foreground: 9, background: 11 });
  expect(restyled(PLAIN, "38;5;999;1")).toMatchObject({ foreground: null, bold: true });
});

test("a megabyte of text is read before the test's time is over", () => {
  const text = "2026-07-10 INFO \x1b[32mloss\x1b[0m=0.123456 step 12345\n".repeat(20_000);
  const screen = terminal("settled");
  screen.write(text);
  expect(screen.lines()).toHaveLength(20_001);
});
