/** The one change stream of a page: reconnects with its cursor, and says what it is doing. */

import { query, workspacePath } from "./client";
import type { Change } from "./types";

export type Connection = "connecting" | "live" | "reconnecting" | "paused";
type Listener = (change: Change) => void;

const RETRY_MS = [250, 500, 1000, 2000, 5000];
// A browser opens six connections to one server; tabs that nobody looks at must not hold them.
const HIDDEN_GRACE_MS = 20_000;

export type ChangeStream = {
  subscribe: (listener: Listener) => () => void;
  watchConnection: (listener: () => void) => () => void;
  connection: () => Connection;
  /** Called when changes may have been missed, and at intervals while there is no stream: everything shown is to be asked anew. */
  onGap: (listener: () => void) => () => void;
  start: () => () => void;
};

/** A stream of one workspace's changes. `open` is EventSource but in tests. */
export function changeStream(
  workspace: string,
  open: (url: string) => EventSource = (url) => new EventSource(url),
): ChangeStream {
  const listeners = new Set<Listener>();
  const watchers = new Set<() => void>();
  const gaps = new Set<() => void>();
  let state: Connection = "connecting";
  let cursor: string | null = null;
  let source: EventSource | null = null;
  let attempts = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let hidden: ReturnType<typeof setTimeout> | undefined;

  const become = (next: Connection) => {
    if (state === next) return;
    state = next;
    for (const watcher of watchers) watcher();
  };
  const missed = () => {
    for (const gap of gaps) gap();
  };
  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = null;
  };

  const connect = () => {
    close();
    const wasAway = attempts > 0 || state === "paused";
    source = open(`${workspacePath(workspace)}/events${query({ after: cursor })}`);
    source.addEventListener("hello", (event) => {
      cursor ??= String((JSON.parse((event as MessageEvent<string>).data) as { cursor: unknown }).cursor);
      attempts = 0;
      become("live");
      if (wasAway) missed();
    });
    source.addEventListener("change", (event) => {
      const message = event as MessageEvent<string>;
      if (message.lastEventId) cursor = message.lastEventId;
      const change = JSON.parse(message.data) as Change;
      for (const listener of listeners) listener(change);
    });
    source.addEventListener("error", lost);
  };
  const lost = () => {
    close();
    become("reconnecting");
    missed();
    retry = setTimeout(connect, RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)]);
    attempts += 1;
  };
  const visibilityChanged = () => {
    clearTimeout(hidden);
    if (document.visibilityState === "hidden") {
      hidden = setTimeout(() => {
        close();
        become("paused");
      }, HIDDEN_GRACE_MS);
    } else if (state === "paused") connect();
  };

  return {
    subscribe: (listener) => added(listeners, listener),
    watchConnection: (watcher) => added(watchers, watcher),
    onGap: (gap) => added(gaps, gap),
    connection: () => state,
    start: () => {
      connect();
      document.addEventListener("visibilitychange", visibilityChanged);
      return () => {
        close();
        clearTimeout(hidden);
        document.removeEventListener("visibilitychange", visibilityChanged);
      };
    },
  };
}

function added<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => {
    set.delete(item);
  };
}
