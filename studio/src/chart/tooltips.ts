/** What the pointer is at: written as text, never as markup. */

import type { RefObject } from "react";
import type uPlot from "uplot";
import { formatX, formatY, type PlotLine, type XKind, type YKind } from "./lines";
import { colorOf } from "./palette";

const MOST_ROWS = 12;
// Of a plot that the pointer is not in, but in one that goes with it.
const MOST_ROWS_BESIDES = 4;

export function tooltip(latest: RefObject<{ lines: readonly PlotLine[] }>, xKind: XKind, yKind: YKind): uPlot.Plugin {
  const box = document.createElement("div");
  box.className = "plot-tip";
  box.hidden = true;
  return {
    hooks: {
      init: [(plot: uPlot) => plot.over.append(box)],
      setCursor: [
        (plot: uPlot) => {
          const { left, top, idx } = plot.cursor;
          const isInside = left !== undefined && left >= 0 && top !== undefined && top >= 0 && idx != null;
          box.hidden = !isInside || !fill(box, plot, latest.current.lines, xKind, yKind);
          if (isInside && !box.hidden) place(box, plot, left, top);
        },
      ],
    },
  };
}

function fill(box: HTMLElement, plot: uPlot, lines: readonly PlotLine[], xKind: XKind, yKind: YKind): boolean {
  const rows = lines.flatMap((line, position) => {
    const at = plot.cursor.idxs?.[position + 1];
    const value = at == null ? null : plot.data[position + 1]?.[at];
    if (value == null || line.role === "faint" || line.role === "guide") return [];
    return [{ line, value, x: plot.data[0][at as number] as number }];
  });
  if (rows.length === 0) return false;
  rows.sort((a, b) => b.value - a.value);
  const head = document.createElement("div");
  head.className = "plot-tip-x";
  head.textContent = formatX(xKind, (rows[0] as { x: number }).x);
  const most = plot.root.matches(":hover") ? MOST_ROWS : MOST_ROWS_BESIDES;
  const body = rows.slice(0, most).map(({ line, value }) => row(line, formatY(yKind, value), lines.length > 1));
  box.replaceChildren(head, ...body);
  return true;
}

function row(line: PlotLine, value: string, isNamed: boolean): HTMLElement {
  const element = document.createElement("div");
  element.className = "plot-tip-row";
  const mark = document.createElement("i");
  mark.style.background = colorOf(line);
  const name = document.createElement("span");
  name.textContent = isNamed ? `${line.index + 1} ${line.label}` : line.label;
  const number = document.createElement("b");
  number.textContent = value;
  element.append(mark, name, number);
  return element;
}

function place(box: HTMLElement, plot: uPlot, left: number, top: number): void {
  const isRight = left > plot.over.clientWidth / 2;
  box.style.left = isRight ? "" : `${left + 14}px`;
  box.style.right = isRight ? `${plot.over.clientWidth - left + 14}px` : "";
  box.style.top = `${Math.max(0, Math.min(top - 12, plot.over.clientHeight - box.offsetHeight))}px`;
}
