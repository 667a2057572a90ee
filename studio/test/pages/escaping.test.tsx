// @vitest-environment happy-dom
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { LogLine } from "@/pages/run/logs/LogLine";
import { terminal } from "@/parts/terminal/terminal";

afterEach(cleanup);

function shown(text: string, needle = ""): HTMLElement {
  const screen = terminal("settled");
  screen.write(text);
  const [line] = screen.lines();
  if (!line) throw new Error("no line");
  return render(<LogLine line={line} needle={needle} />).container;
}

const HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>&lt;b&gt; {{7*7}} javascript:alert(3)';

test("whatever a program prints is shown as text and makes no element but spans and marks", () => {
  for (const text of [
    HOSTILE,
    `\x1b[31m${HOSTILE}\x1b[0m${HOSTILE}`,
    `\x1b]8;;javascript:alert(1)\x07${HOSTILE}\x1b]8;;\x07`,
  ]) {
    const container = shown(text, "script");
    expect(container.textContent?.startsWith(HOSTILE)).toBe(true);
    expect(
      [...container.querySelectorAll("*")].every((each) => each.tagName === "SPAN" || each.tagName === "MARK"),
    ).toBe(true);
    expect(container.querySelector("[onerror], [src], [href]")).toBeNull();
    cleanup();
  }
});

test("colours become numbers, never text of the program's own", () => {
  const container = shown("\x1b[38;2;1;2;3mred\x1b[48;5;300;url(evil)mx");
  const style = container.querySelector("span")?.getAttribute("style") ?? "";
  expect(style).toContain("rgb(1 2 3)");
  expect(container.innerHTML).not.toContain("url(");
});

test("what is searched for is marked across colours", () => {
  const container = shown("ab\x1b[32mcd\x1b[0mef", "bcde");
  expect([...container.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["b", "cd", "e"]);
  expect(container.textContent).toBe("abcdef");
});
