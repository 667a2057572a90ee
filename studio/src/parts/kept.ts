/** The last answer to each question, shown until the next one is there. */

import { useEffect, useMemo, useRef } from "react";

/** `values` with what was last known under the same name in the place of what is not there yet. */
export function useKept<T>(names: readonly string[], values: readonly (T | undefined)[]): (T | undefined)[] {
  const known = useRef(new Map<string, T>());
  const key = names.join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the names
  const shown = useMemo(
    () => values.map((value, index) => value ?? known.current.get(names[index] ?? "")),
    [key, values],
  );
  useEffect(() => {
    values.forEach((value, index) => {
      if (value !== undefined) known.current.set(names[index] ?? "", value);
    });
  });
  return shown;
}
