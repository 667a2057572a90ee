/** What the address holds of a comparison. */

import { useEffect, useMemo } from "react";
import { smoothingOf } from "@/chart/smoothing";
import { listOf, listText } from "@/parts/compact";
import { type Parameters, useViewParameters } from "@/parts/parameters";

export const COMPARE_PARAMETERS = [
  "part",
  "tiles",
  "closed",
  "find",
  "x",
  "smooth",
  "zoom",
  "hide",
  "at",
  "all",
] as const;
type Name = (typeof COMPARE_PARAMETERS)[number];
/** They are of one comparison, not of the next one. */
const PASSING = ["part", "find", "zoom", "hide", "at"] as const;

export type CompareView = {
  parameters: Parameters<Name>;
  change: (part: Partial<Parameters<Name>>) => void;
  smoothing: number;
  /** Sections that are closed. */
  closed: ReadonlySet<string>;
  toggle: (section: string) => void;
  /** Runs that are not drawn, by id. */
  hidden: ReadonlySet<string>;
  toggleRun: (runId: string) => void;
};

export function useCompareView(name: string): CompareView {
  const [parameters, change] = useViewParameters(COMPARE_PARAMETERS, `compare.${name}`, PASSING);
  useEffect(() => {
    // An address without a word on it would show everybody the dashboard that they saw last.
    if (parameters.part === null) change({ part: "charts" });
  }, [parameters.part, change]);
  return useMemo(() => {
    const closed = new Set(listOf(parameters.closed));
    const hidden = new Set(listOf(parameters.hide));
    return {
      parameters,
      change,
      smoothing: smoothingOf(parameters.smooth),
      closed,
      toggle: (section) => change({ closed: listText(toggled(closed, section)) }),
      hidden,
      toggleRun: (runId) => change({ hide: listText(toggled(hidden, runId)) }),
    };
  }, [parameters, change]);
}

function toggled(set: ReadonlySet<string>, item: string): string[] {
  return set.has(item) ? [...set].filter((each) => each !== item) : [...set, item];
}
