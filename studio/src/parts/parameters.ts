/** Parameters of the address that make up a view: the address wins; without one, what was used last. */

import { useCallback, useEffect, useMemo, useRef } from "react";
import { setParameters, useSearch } from "./addresses";
import { usePersisted } from "./persisted";

export type Parameters<N extends string> = Record<N, string | null>;

const NOTHING: Record<string, string | null> = {};

/** The parameters `names`, and how to change some of them. The browser remembers them under `storage`, those in `passing` not. */
export function useViewParameters<N extends string>(
  names: readonly N[],
  storage: string,
  passing: readonly N[] = [],
): [Parameters<N>, (change: Partial<Parameters<N>>) => void] {
  const search = useSearch();
  const [saved, save] = usePersisted(storage, NOTHING);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `names` is a constant of the page
  const parameters = useMemo(() => {
    const written = new URLSearchParams(search);
    const isWritten = names.some((name) => written.has(name));
    const value = (name: N) => (isWritten ? written.get(name) : (saved[name] ?? null));
    return Object.fromEntries(names.map((name) => [name, value(name)])) as Parameters<N>;
  }, [search, saved]);
  // What was used last goes into the address, so that the address says what is shown.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    const written = new URLSearchParams(location.search);
    const isAny = names.some((name) => parameters[name] !== null);
    if (isAny && !names.some((name) => written.has(name))) setParameters(parameters);
  }, []);
  const latest = useRef(parameters);
  latest.current = parameters;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `names` and `passing` are constants of the page
  const change = useCallback(
    (part: Partial<Parameters<N>>) => {
      const next = { ...latest.current, ...part };
      latest.current = next;
      save({ ...next, ...Object.fromEntries(passing.map((name) => [name, null])) });
      setParameters(next);
    },
    [save],
  );
  return [parameters, change];
}
