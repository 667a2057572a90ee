/** When lines came in, as far as that is known. */

import { useEffect, useRef, useState } from "react";
import type { Arrivals, Places } from "@/api/lines";
import type { LogView } from "./windows";

const NONE: Arrivals = { offsets: [], times: [] };
// A log that grows without end is asked about now and then, not with every line.
const PACE_MS = 500;

/** The times of what is at hand; asked for only while somebody wants them. */
export function useArrivals(places: Places, view: LogView | null, isWanted: boolean): Arrivals {
  const [arrivals, setArrivals] = useState<Arrivals>(NONE);
  const startBytes = view?.startBytes ?? 0;
  const endBytes = view?.endBytes ?? 0;
  const lastAsked = useRef(0);
  const { server } = places;
  useEffect(() => {
    if (!isWanted || server === null || endBytes === 0) return;
    const ask = () => {
      lastAsked.current = Date.now();
      // Without times the lines can be read as well.
      server.arrivals(startBytes, endBytes).then(setArrivals, () => undefined);
    };
    const timer = setTimeout(ask, Math.max(0, lastAsked.current + PACE_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [server, startBytes, endBytes, isWanted]);
  return isWanted ? arrivals : NONE;
}

/** When this byte came in, in Unix milliseconds. */
export function timeOf({ offsets, times }: Arrivals, offset: number): number | null {
  return times[lastNotAbove(offsets, offset)] ?? null;
}

/** From which byte on there is what came in at this time, or last before it. */
export function byteOf({ offsets, times }: Arrivals, timeMs: number): number | null {
  const first = times[0];
  if (first === undefined || timeMs < first) return null;
  return offsets[lastNotAbove(times, timeMs)] ?? null;
}

function lastNotAbove(numbers: readonly number[], wanted: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const two = (amount: number, digits = 2) => String(amount).padStart(digits, "0");

export function clockTime(timeMs: number): string {
  const at = new Date(timeMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`;
}
