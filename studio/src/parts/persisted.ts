/** Small settings that a browser remembers. */

import { useCallback, useSyncExternalStore } from "react";

const PREFIX = "runstead.";
const watchers = new Set<() => void>();
const parsed = new Map<string, { text: string | null; value: unknown }>();

/** The same value object as long as the stored text is the same, so that React sees no change where there is none. */
function read<T>(name: string, otherwise: T): T {
  const text = stored(name);
  const known = parsed.get(name);
  if (known && known.text === text) return (known.value ?? otherwise) as T;
  const value = text === null ? null : parse(text);
  parsed.set(name, { text, value });
  return (value ?? otherwise) as T;
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    // A browser that forbids storage: settings last as long as the page.
    return parsed.get(name)?.text ?? null;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Written by something else; the setting starts afresh.
    return null;
  }
}

export function persist<T>(name: string, value: T): void {
  const text = JSON.stringify(value);
  parsed.set(name, { text, value });
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    // Full or forbidden: `parsed` still holds it for this page.
  }
  for (const watcher of watchers) watcher();
}

const watch = (watcher: () => void) => {
  watchers.add(watcher);
  window.addEventListener("storage", watcher);
  return () => {
    watchers.delete(watcher);
    window.removeEventListener("storage", watcher);
  };
};

/** Like useState, kept in localStorage under `name`. `otherwise` must be a constant. */
export function usePersisted<T>(name: string, otherwise: T): [T, (value: T) => void] {
  const value = useSyncExternalStore(watch, () => read(name, otherwise));
  const set = useCallback((next: T) => persist(name, next), [name]);
  return [value, set];
}
