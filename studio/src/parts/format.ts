/** Numbers, sizes and times as people read them. */

import type { Cell } from "@/api/types";
import { times as words } from "@/texts/parts";

/** Six significant digits, never more than the number has; the full value belongs in a tooltip. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return grouped(value);
  if (size >= 1e6 || size < 1e-4) return minus(trimmed(value.toExponential(4)));
  return minus(trimmed(value.toPrecision(6)));
}

const minus = (text: string) => text.replace(/^-/, "−");

/** Thousands set apart by a thin space that does not break. */
export function grouped(value: number): string {
  return minus(String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f"));
}

function trimmed(text: string): string {
  const [digits = "", exponent] = text.split("e");
  const short = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return exponent === undefined ? short : `${short}e${exponent.replace("+", "")}`;
}

export function formatCell(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "";
  if (cell === "Infinity") return "∞";
  if (cell === "-Infinity") return "−∞";
  if (typeof cell === "number") return formatNumber(cell);
  if (typeof cell === "boolean") return cell ? "True" : "False";
  return cell;
}

/** The number that a cell stands for; null where it is none. */
export function numberOf(cell: Cell | undefined): number | null {
  if (typeof cell === "number") return cell;
  if (typeof cell === "boolean") return cell ? 1 : 0;
  if (cell === "NaN") return Number.NaN;
  if (cell === "Infinity") return Number.POSITIVE_INFINITY;
  if (cell === "-Infinity") return Number.NEGATIVE_INFINITY;
  return null;
}

const SIZE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function formatBytes(bytes: number): string {
  const power = Math.min(SIZE_UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const amount = bytes / 1024 ** power;
  return `${power === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${SIZE_UNITS[power]}`;
}

/** `480 ms`, `3.2 s`, `4 m 07 s`, `2 h 05 m`, `3 d 04 h`. */
export function formatDuration(durationMs: number | null): string {
  if (durationMs === null) return "";
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`;
  const seconds = durationMs / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (amount: number) => String(amount).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
  return `${Math.floor(whole / 86_400)} d ${two(Math.floor((whole % 86_400) / 3600))} h`;
}

/** A duration that is still growing, in whole seconds. */
export function formatElapsed(elapsedMs: number): string {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}

const ABSOLUTE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const formatTime = (at: string | null): string => (at === null ? "" : ABSOLUTE.format(new Date(at)));

/** `2026-11-21 07:52:25 UTC`: the same for everybody who looks. */
export const formatUtc = (at: string): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** How long ago, up to a week; then the date. */
export function formatAgo(at: string | null, nowMs: number): string {
  if (at === null) return "";
  const seconds = (nowMs - Date.parse(at)) / 1000;
  if (seconds < 45) return words.justNow;
  if (seconds < 3600) return words.minutesAgo(String(Math.max(1, Math.round(seconds / 60))));
  if (seconds < 86_400) return words.hoursAgo(String(Math.round(seconds / 3600)));
  const days = Math.round(seconds / 86_400);
  return days <= 7 ? words.daysAgo(days) : DAY.format(new Date(at));
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;
