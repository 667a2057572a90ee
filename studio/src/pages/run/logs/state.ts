/** A log window as React state: opened, followed, closed. */

import { useEffect, useMemo, useState } from "react";
import type { Places } from "@/api/lines";
import { useChanges, useGaps } from "@/api/live";
import type { ReadPiece } from "@/api/logs";
import type { Mode } from "@/parts/terminal/terminal";
import { type LogView, LogWindow } from "./windows";

export type Source = {
  read: ReadPiece;
  places: Places;
  /** Whose changes make it worth while to look again; null for a file that never changes. */
  live: { runId: string; path: string } | null;
  opensAt: "start" | "end";
};

// So much is shown above a line that one goes to.
const LINES_ABOVE = 60;

/** `source` must be memoised. `firstLine`: the line that the address names, if it does. */
export function useLogWindow(
  source: Source,
  mode: Mode,
  firstLine: number | null,
): { view: LogView | null; window: LogWindow | null } {
  const [state, setState] = useState<{ view: LogView | null; window: LogWindow | null }>({ view: null, window: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is opened once; later lines are gone to
  useEffect(() => {
    const window: LogWindow = new LogWindow(source.read, mode, (view) => setState({ view, window }), source.places);
    setState({ view: null, window });
    if (firstLine !== null) void openAround(window, source.places, firstLine);
    else void (source.opensAt === "end" ? window.openTail() : window.openAt(0));
    return () => window.stop();
  }, [source, mode]);

  const { window, view } = state;
  const live = source.live;
  const follow = () => void window?.follow();
  useChanges((change) => {
    if (live && change.noun === "log" && change.run_id === live.runId && change.key === live.path) follow();
    // The end of a run makes its logs final.
    if (live && change.noun === "run" && change.run_id === live.runId) follow();
  });
  // After a time without the stream, once; while there is none the page says so, and asks nothing.
  useGaps(() => live && follow());
  return useMemo(() => ({ view, window }), [view, window]);
}

/** Opens the window so that the line is in it, with some of what is above. */
export async function openAround(window: LogWindow, places: Places, line: number): Promise<void> {
  const place = await places.ofLine(Math.max(1, line - LINES_ABOVE)).catch(() => null);
  // The server is away: the window says so when it opens.
  await (place === null ? window.openTail() : window.openAt(place.offset, place.line));
}
