/** What can be done on the page that is shown: by a key, in the command palette, in the list of keys. */

import { useEffect, useRef, useSyncExternalStore } from "react";

/** `keys`: one key, as `KeyboardEvent.key` names it, or two after one another, as "g r". */
export type Command = { title: string; group: string; keys?: string };

type Entry = { command: Command | null; keys: string | null; run: () => void };

const SEQUENCE_MS = 1200;
const watchers = new Set<() => void>();
let entries: readonly Entry[] = [];

function register(entry: Entry): () => void {
  entries = [...entries, entry];
  tell();
  return () => {
    entries = entries.filter((each) => each !== entry);
    tell();
  };
}

function tell() {
  for (const watcher of watchers) watcher();
}

const watch = (watcher: () => void) => {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
};

/** Runs `action` on `keys`, unless somebody is typing or a modifier is held. What is mounted last goes first. */
export function useShortcut(keys: string, action: () => void): void {
  useEntry(null, keys, action);
}

/** A command of the palette, and of the list of keys if it has any. */
export function useCommand(command: Command, action: () => void): void {
  useEntry(command, command.keys ?? null, action);
}

function useEntry(command: Command | null, keys: string | null, action: () => void): void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  const told = command && JSON.stringify(command);
  useEffect(
    () => register({ command: told === null ? null : JSON.parse(told), keys, run: () => latest.current() }),
    [told, keys],
  );
}

/** All commands of what is shown, in the order in which they came. */
export function useCommands(): readonly (Command & { run: () => void })[] {
  const all = useSyncExternalStore(watch, () => entries);
  return all.flatMap(({ command, run }) => (command === null ? [] : [{ ...command, run }]));
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;

/** Listens to the keyboard for every shortcut; once, in the frame that every page stands in. */
export function useKeyboard(): void {
  useEffect(() => {
    let before = { key: "", at: 0 };
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      const two = event.timeStamp - before.at < SEQUENCE_MS ? `${before.key} ${event.key}` : event.key;
      before = { key: event.key, at: event.timeStamp };
      const found = entries.findLast(({ keys }) => keys === two) ?? entries.findLast(({ keys }) => keys === event.key);
      if (found === undefined) return;
      event.preventDefault();
      found.run();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

/** Runs `action` on Ctrl or Command and the key, also while somebody is typing. */
export function useModifiedKey(key: string, action: () => void): void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== key || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [key]);
}
