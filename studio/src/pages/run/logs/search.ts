/** The search of the log viewer: in what is at hand if that is all, else in the whole log on the server. */

import { useEffect, useMemo, useState } from "react";
import type { ReadPiece } from "@/api/logs";
import { columnsOf, type Found, searchLog } from "./searches";
import type { LogView, LogWindow } from "./windows";

export type LogSearch = {
  words: string;
  setWords: (words: string) => void;
  /** What is marked in the text. */
  needle: string;
  found: number;
  current: number | null;
  /** How much of the log was read, from 0 to 1; 1 when all was. */
  progress: number;
  go: (step: 1 | -1) => void;
  /** The line to show. */
  target: number | null;
};

const TYPING_MS = 300;

export function useLogSearch(read: ReadPiece, view: LogView | null, window: LogWindow | null): LogSearch {
  const [words, setWords] = useState("");
  const [needle, setNeedle] = useState("");
  const [remote, setRemote] = useState<Found | null>(null);
  const [current, setCurrent] = useState<number | null>(null);
  const [isJumped, setJumped] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setNeedle(words.trim().toLowerCase()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [words]);
  // Once a jump has loaded another part of a long log, only the server's search knows all the places.
  const isAllHere = view !== null && view.startBytes === 0 && view.endBytes >= view.sizeBytes && !isJumped;
  const local = useMemo(() => (isAllHere ? linesWith(view, needle) : []), [isAllHere, view, needle]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new words start at the first place again
  useEffect(() => {
    setCurrent(null);
    setRemote(null);
    setJumped(false);
  }, [needle, read]);
  const isAsking = needle !== "" && view !== null && !isAllHere;
  useEffect(() => {
    if (!isAsking) return;
    const control = new AbortController();
    // A search that was given up, or whose server went away: the viewer itself says so.
    void searchLog(read, needle, setRemote, { signal: control.signal }).catch(() => undefined);
    return () => control.abort();
  }, [isAsking, needle, read]);

  const found = isAllHere ? local.length : (remote?.offsets.length ?? 0);
  const go = (step: 1 | -1) => {
    if (found === 0) return;
    const next = current === null ? (step > 0 ? 0 : found - 1) : (current + step + found) % found;
    setCurrent(next);
    const offset = remote?.offsets[next];
    if (isAllHere || offset === undefined) return;
    setJumped(true);
    void window?.openAt(offset);
  };
  const target = current === null ? null : isAllHere ? (local[current] ?? null) : 0;
  const progress =
    isAllHere || needle === "" ? 1 : remote === null ? 0 : remote.isWhole ? 1 : remote.readBytes / remote.sizeBytes;
  return { words, setWords, needle, found, current, progress, go, target };
}

function linesWith(view: LogView, needle: string): number[] {
  if (needle === "") return [];
  const found: number[] = [];
  for (let index = 0; index < view.lineCount; index += 1)
    if (columnsOf(view.lineAt(index).text, needle).length > 0) found.push(index);
  return found;
}
