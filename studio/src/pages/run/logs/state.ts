/** A log window as React state: opened, followed, closed. */

import { useEffect, useMemo, useState } from "react";
import { useChanges, useConnection, useGaps } from "@/api/live";
import type { ReadPiece } from "@/api/logs";
import type { Mode } from "@/parts/terminal/terminal";
import { type LogView, LogWindow } from "./windows";

export type Source = {
  read: ReadPiece;
  /** Whose changes make it worth while to look again; null for a file that never changes. */
  live: { runId: string; path: string } | null;
  opensAt: "start" | "end";
};

const WITHOUT_STREAM_MS = 2000;

/** `source` must be memoised. */
export function useLogWindow(source: Source, mode: Mode): { view: LogView | null; window: LogWindow | null } {
  const [state, setState] = useState<{ view: LogView | null; window: LogWindow | null }>({ view: null, window: null });
  useEffect(() => {
    const window: LogWindow = new LogWindow(source.read, mode, (view) => setState({ view, window }));
    setState({ view: null, window });
    void (source.opensAt === "end" ? window.openTail() : window.openAt(0));
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
  useGaps(() => live && follow());
  const isAlone = useConnection() !== "live" && live !== null && view?.isFinal !== true;
  useEffect(() => {
    if (!isAlone) return;
    const timer = setInterval(() => void window?.follow(), WITHOUT_STREAM_MS);
    return () => clearInterval(timer);
  }, [isAlone, window]);
  return useMemo(() => ({ view, window }), [view, window]);
}
