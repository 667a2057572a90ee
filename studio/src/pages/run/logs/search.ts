/** The search of the log viewer: on the server where it knows the file, told part by part, gone on with while the log grows. */

import { useEffect, useMemo, useRef, useState } from "react";
import type { Match, Places, Progress, Wanted } from "@/api/lines";
import { setParameters, useParameter } from "@/parts/addresses";
import type { LogView } from "./windows";

type Results = Progress & { isDone: boolean; error: unknown };

export type LogSearch = {
  words: string;
  setWords: (words: string) => void;
  isRegex: boolean;
  setRegex: (isRegex: boolean) => void;
  canRegex: boolean;
  isErrors: boolean;
  setErrors: (isErrors: boolean) => void;
  isOn: boolean;
  /** What is marked in the text. */
  needle: string;
  hits: ReadonlySet<number>;
  count: number;
  current: number | null;
  /** How much of the log was read, from 0 to 1; 1 when all was. */
  progress: number;
  error: unknown;
  go: (step: 1 | -1) => void;
};

const TYPING_MS = 300;
const NOTHING: Results = { matches: [], count: 0, readBytes: 0, sizeBytes: 0, isDone: false, error: null };

export function useLogSearch(places: Places, view: LogView | null, reveal: (match: Match) => void): LogSearch {
  const [asked, ask] = useParameter("find");
  const [words, setWords] = useState(asked ?? "");
  const isRegex = useParameter("regex")[0] !== null && places.server !== null;
  const isErrors = useParameter("errors")[0] !== null && places.server !== null;
  useEffect(() => {
    const timer = setTimeout(() => words !== (asked ?? "") && ask(words), TYPING_MS);
    return () => clearTimeout(timer);
  }, [words, asked, ask]);
  const text = asked ?? "";
  const wanted = useMemo<Wanted | null>(
    () =>
      isErrors || text.trim() !== "" ? { text: isErrors ? "" : text, isRegex: isRegex && !isErrors, isErrors } : null,
    [text, isRegex, isErrors],
  );
  const results = useResults(places, wanted, view);
  const [current, setCurrent] = useState<number | null>(null);
  const isToJump = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new begins at the first place again
  useEffect(() => setCurrent(null), [wanted, places]);
  const show = (index: number) => {
    const match = results.matches[index];
    if (!match) return;
    setCurrent(index);
    reveal(match);
  };
  const go = (step: 1 | -1) => {
    const { length } = results.matches;
    if (length > 0) show(current === null ? (step > 0 ? 0 : length - 1) : (current + step + length) % length);
  };
  useEffect(() => {
    if (!isToJump.current || results.matches.length === 0) return;
    isToJump.current = false;
    show(0);
  });
  return {
    words,
    setWords,
    isRegex,
    setRegex: (next) => setParameters({ regex: next ? "1" : null, errors: null }),
    canRegex: places.server !== null,
    isErrors,
    setErrors: (next) => {
      isToJump.current = next;
      setParameters({ errors: next ? "1" : null });
    },
    isOn: wanted !== null,
    needle: isRegex || isErrors || text.trim() === "" ? "" : text.toLowerCase(),
    hits: useMemo(
      () => new Set(isRegex || isErrors ? results.matches.map(([line]) => line) : []),
      [results.matches, isRegex, isErrors],
    ),
    count: results.count,
    current,
    progress: results.isDone || wanted === null ? 1 : results.readBytes / Math.max(1, results.sizeBytes),
    error: results.error,
    go,
  };
}

function useResults(places: Places, wanted: Wanted | null, view: LogView | null): Results {
  const [results, setResults] = useState<Results>(NOTHING);
  const known = useRef<Results>(NOTHING);
  const tell = (next: Results) => {
    known.current = next;
    setResults(next);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a search is of these two
  useEffect(() => tell(NOTHING), [places, wanted]);
  const isBehind = view !== null && (!results.isDone || view.sizeBytes > results.sizeBytes);
  const isToRead = wanted !== null && isBehind && results.error === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was found so far is where it goes on from
  useEffect(() => {
    if (!isToRead || wanted === null) return;
    const control = new AbortController();
    const before = known.current.isDone ? known.current : NOTHING;
    const last = before.matches.at(-1)?.[0];
    const found: Match[] = [...before.matches];
    let isLastAgain = false;
    const progressed = ({ matches, count, readBytes, sizeBytes }: Progress) => {
      if (control.signal.aborted) return;
      isLastAgain ||= matches.some(([line]) => line === last);
      for (const match of matches) if (match[0] !== last) found.push(match);
      const all = before.count + count - (isLastAgain ? 1 : 0);
      tell({ matches: [...found], count: all, readBytes, sizeBytes, isDone: false, error: null });
    };
    places.search(wanted, before.sizeBytes > 0 ? before.sizeBytes - 1 : 0, progressed, control.signal).then(
      () => control.signal.aborted || tell({ ...known.current, isDone: true }),
      (error: unknown) => control.signal.aborted || tell({ ...known.current, error }),
    );
    return () => control.abort();
  }, [isToRead, wanted, places]);
  return results;
}
