/** Ties the change stream to what is shown: a change makes answers stale, and they are asked for again, once. */

import { type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { staleKeys } from "./keys";
import { type ChangeStream, type Connection, changeStream } from "./stream";
import type { Change } from "./types";

const StreamContext = createContext<ChangeStream | null>(null);
const WorkspaceContext = createContext<string>("default");
const RefreshContext = createContext<Mark>(() => undefined);

/** Answers under these keys are old: they are asked for anew, soon. */
type Mark = (queryKeys: readonly QueryKey[]) => void;

// Between two rounds of asking: fast enough to look live, slow enough for a run that logs 10 000 points a second.
const ROUND_MS = 400;
// Before the first round after a pause: changes of one commit come together.
const SOON_MS = 20;

export function LiveWorkspace({ name, children }: { name: string; children: ReactNode }) {
  const client = useQueryClient();
  const stream = useMemo(() => changeStream(name), [name]);
  const refresh = useMemo(() => refresher(client), [client]);
  useEffect(() => {
    const stops = [
      stream.subscribe((change) => refresh.mark(staleKeys(name, change))),
      stream.onGap(() => void client.invalidateQueries()),
      stream.start(),
      refresh.stop,
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, stream, refresh, name]);
  return (
    <WorkspaceContext value={name}>
      <RefreshContext value={refresh.mark}>
        <StreamContext value={stream}>{children}</StreamContext>
      </RefreshContext>
    </WorkspaceContext>
  );
}

export const useWorkspace = () => useContext(WorkspaceContext);

/** For what a change makes old beyond `staleKeys`: asked for at once after a pause, then in rounds. */
export const useRefresh = () => useContext(RefreshContext);

export function useConnection(): Connection {
  const stream = useStream();
  return useSyncExternalStore(stream.watchConnection, stream.connection);
}

/** Calls `listener` for every change; it may be a new function on every render. */
export function useChanges(listener: (change: Change) => void): void {
  const stream = useStream();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => stream.subscribe((change) => latest.current(change)), [stream]);
}

/** Calls `listener` when changes may have been missed. */
export function useGaps(listener: () => void): void {
  const stream = useStream();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => stream.onGap(() => latest.current()), [stream]);
}

function useStream(): ChangeStream {
  const stream = useContext(StreamContext);
  if (!stream) throw new Error("a page is shown outside LiveWorkspace");
  return stream;
}

/** Collects stale keys and asks anew: at once after a pause, and then in rounds. A key that is being fetched waits for the next round, so a slow answer is never starved. */
export function refresher(client: QueryClient, roundMs = ROUND_MS) {
  const stale = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  const round = () => {
    timer = undefined;
    lastMs = performance.now();
    for (const [name, queryKey] of stale) {
      if (client.isFetching({ queryKey }) > 0) continue;
      stale.delete(name);
      void client.invalidateQueries({ queryKey });
    }
    if (stale.size > 0) timer = setTimeout(round, roundMs);
  };
  return {
    mark: (queryKeys: readonly QueryKey[]) => {
      for (const key of queryKeys) stale.set(JSON.stringify(key), key);
      timer ??= setTimeout(round, Math.max(Math.min(SOON_MS, roundMs), lastMs + roundMs - performance.now()));
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
