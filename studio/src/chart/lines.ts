/** What a plot draws: lines over a kind of x. */

import { formatBytes, formatDuration, formatNumber } from "@/parts/format";
import { units } from "@/texts/charts";
import type { Paint } from "./palette";

export type Range = readonly [number, number];
/** `whole`: numbers between which there is nothing. */
export type XKind = "number" | "whole" | "time" | "elapsed";

/** What is on y: plain numbers, bytes, bytes per second, or percent. */
export type YKind = "number" | "bytes" | "rate" | "percent";

export type PlotLine = {
  label: string;
  /** Which colour and number it has. */
  index: number;
  paint?: Paint | undefined;
  xs: readonly number[];
  ys: readonly (number | null)[];
  infinite?: readonly { x: number; sign: 1 | -1 }[];
  nans?: readonly number[] | undefined;
  /** `faint`: the raw line under a smoothed one; `low` and `high`: edges of a band, one after the other; `dots`: no line;
   *  `guide`: a line to compare with, no value of anything. */
  role?: "line" | "faint" | "low" | "high" | "dots" | "guide";
  /** x goes back and forth: the points are joined in their own order. */
  isOrdered?: boolean;
};

export function formatY(kind: YKind, value: number): string {
  if (kind === "bytes") return formatBytes(value);
  if (kind === "rate") return units.perSecond(formatBytes(value));
  return kind === "percent" ? units.percent(formatNumber(Number(value.toPrecision(3)))) : formatNumber(value);
}

export function formatX(kind: XKind, value: number): string {
  if (kind === "time") return new Date(value).toLocaleString();
  return kind === "elapsed" ? formatDuration(value) || "0" : formatNumber(value);
}
