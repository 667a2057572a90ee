/** One line of terminal text: spans of plain text, never markup. */

import { type CSSProperties, memo, type ReactNode } from "react";
import type { Style } from "@/parts/terminal/styles";
import type { Line } from "@/parts/terminal/terminal";
import { columnsOf } from "./searches";

export const LogLine = memo(function LogLine({ line, needle }: { line: Line; needle: string }) {
  const marks = columnsOf(line.text, needle);
  if (line.runs.length === 0) return <>{marked(line.text, 0, marks, needle.length)}</>;
  let start = 0;
  return (
    <>
      {line.runs.map((run) => {
        const from = start;
        start = run.end;
        return (
          <span key={from} className={classesOf(run.style)} style={colorsOf(run.style)}>
            {marked(line.text.slice(from, run.end), from, marks, needle.length)}
          </span>
        );
      })}
      {marked(line.text.slice(start), start, marks, needle.length)}
    </>
  );
});

/** The text with what was searched for set off; `from` is the column at which the text begins. */
function marked(text: string, from: number, marks: readonly number[], length: number): ReactNode {
  const within = marks.filter((mark) => mark + length > from && mark < from + text.length);
  if (within.length === 0) return text;
  const parts: ReactNode[] = [];
  let at = 0;
  for (const mark of within) {
    const start = Math.max(0, mark - from);
    const end = Math.min(text.length, mark - from + length);
    parts.push(text.slice(at, start), <mark key={mark}>{text.slice(start, end)}</mark>);
    at = end;
  }
  return [...parts, text.slice(at)];
}

const GREYS = new Set([0, 7, 8, 15]);

function classesOf(style: Style): string | undefined {
  const foreground = style.inverse ? style.background : style.foreground;
  const background = style.inverse ? style.foreground : style.background;
  // The theme's greys are made for its own page; on a colour of the program's, text is what can be read there.
  const isPlain =
    foreground === null || (background !== null && typeof foreground === "number" && GREYS.has(foreground));
  const names = [
    typeof foreground === "number" && !(isPlain && background !== null) && `ansi-f${foreground}`,
    typeof background === "number" && `ansi-b${background}`,
    typeof foreground === "string" && (background === null ? "ansi-own" : "ansi-own-exact"),
    background !== null && isPlain && (isLight(background) ? "ansi-on-light" : "ansi-on-dark"),
    style.inverse && foreground === null && "ansi-inverse-f",
    style.inverse && background === null && "ansi-inverse-b",
    style.token ?? false,
    style.bold && "ansi-bold",
    style.dim && "ansi-dim",
    style.italic && "ansi-italic",
    style.underline && "ansi-underline",
    style.strike && "ansi-strike",
  ].filter((name) => name !== false);
  return names.length > 0 ? names.join(" ") : undefined;
}

/** Of the sixteen: the theme's are dark on light, and light on dark, so that text on them is the page's own colour. */
function isLight(color: number | string): boolean {
  if (typeof color === "number") return document.documentElement.dataset.theme === "dark";
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return red * 0.299 + green * 0.587 + blue * 0.114 > 140;
}

function colorsOf(style: Style): CSSProperties | undefined {
  const foreground = style.inverse ? style.background : style.foreground;
  const background = style.inverse ? style.foreground : style.background;
  if (typeof foreground !== "string" && typeof background !== "string") return undefined;
  return {
    ...(typeof foreground === "string" ? { "--ansi-own": foreground } : {}),
    ...(typeof background === "string" ? { backgroundColor: background } : {}),
  } as CSSProperties;
}
