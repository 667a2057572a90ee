import { expect, test } from "vitest";
import { formatAgo, formatBytes, formatCell, formatDuration, formatNumber, numberOf } from "@/parts/format";

test("numbers keep six digits and are grouped", () => {
  expect(formatNumber(0.1 + 0.2)).toBe("0.3");
  expect(formatNumber(1234567)).toBe("1\u202f234\u202f567");
  expect(formatNumber(-1.5)).toBe("−1.5");
  expect(formatNumber(0.000012345678)).toBe("1.2346e-5");
  expect(formatNumber(1e308)).toBe("1e308");
  expect(formatNumber(0.05)).toBe("0.05");
  expect(formatNumber(100.5)).toBe("100.5");
  expect(formatNumber(1000000.5)).toBe("1e6");
});

test("what is not finite says so", () => {
  expect(formatCell("NaN")).toBe("NaN");
  expect(formatCell("Infinity")).toBe("∞");
  expect(formatCell("-Infinity")).toBe("−∞");
  expect(formatNumber(Number.NEGATIVE_INFINITY)).toBe("−∞");
  expect(numberOf("NaN")).toBeNaN();
  expect(numberOf("12")).toBeNull();
});

test("durations keep two units", () => {
  expect(formatDuration(480)).toBe("480 ms");
  expect(formatDuration(3210)).toBe("3.2 s");
  expect(formatDuration(59_990)).toBe("1 m 00 s");
  expect(formatDuration(247_000)).toBe("4 m 07 s");
  expect(formatDuration(7_500_000)).toBe("2 h 05 m");
  expect(formatDuration(273_600_000)).toBe("3 d 04 h");
  expect(formatDuration(null)).toBe("");
});

test("sizes are binary and say so", () => {
  expect(formatBytes(0)).toBe("0 B");
  expect(formatBytes(1023)).toBe("1023 B");
  expect(formatBytes(1536)).toBe("1.5 KiB");
  expect(formatBytes(5 * 2 ** 30)).toBe("5.0 GiB");
});

test("a time ago is relative for a week", () => {
  const nowMs = Date.parse("2026-07-10T12:00:00Z");
  expect(formatAgo("2026-07-10T11:59:50.000Z", nowMs)).toBe("just now");
  expect(formatAgo("2026-07-10T11:30:00.000Z", nowMs)).toBe("30 min ago");
  expect(formatAgo("2026-07-09T12:00:00.000Z", nowMs)).toBe("1 day ago");
  expect(formatAgo("2026-06-01T12:00:00.000Z", nowMs)).toContain("2026");
});
