/** The part of x that charts show: each its own, or, where the page says so, one for all that have the same x. */

import { Switch } from "@fluentui/react-components";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { fieldText, itemsOf, itemText } from "@/parts/compact";
import { charts } from "@/texts/charts";
import type { Range } from "./lines";

const SHARED = "shared";

/** As the address has it: `shared;step~from=10~to=20`; null where each chart has its own. */
type Shared = { text: string | null; change: (text: string | null) => void };

const SharedContext = createContext<Shared>({ text: null, change: () => undefined });

export function SharedZoom({ text, change, children }: Shared & { children: ReactNode }) {
  const shared = useMemo(() => ({ text, change }), [text, change]);
  return <SharedContext value={shared}>{children}</SharedContext>;
}

/** What is shown of x, null for all, and how to change it; `x`: what is on it, null for what no two charts share. */
export function useZoom(x: string | null): [Range | null, (range: Range | null) => void] {
  const [own, setOwn] = useState<Range | null>(null);
  const { text, change } = useContext(SharedContext);
  const ranges = useMemo(() => rangesOf(text), [text]);
  const found = x === null ? null : (ranges?.get(x) ?? null);
  const from = found?.[0];
  const to = found?.[1];
  // The same as long as it says the same: a new range would ask for points anew.
  const range = useMemo((): Range | null => (from === undefined || to === undefined ? null : [from, to]), [from, to]);
  if (ranges === null || x === null) return [own, setOwn];
  const set = (next: Range | null) => {
    const others = new Map(ranges);
    if (next === null) others.delete(x);
    else others.set(x, next);
    change(zoomText(others));
  };
  return [range, set];
}

/** Turns it on and off, for all charts of the page. */
export function ZoomSwitch({ text, change }: Shared) {
  return (
    <Switch
      label={charts.sharedZoom}
      title={charts.sharedZoomHint}
      checked={rangesOf(text) !== null}
      onChange={(_, { checked }) => change(checked ? SHARED : null)}
      data-testid="shared-zoom"
    />
  );
}

/** The ranges by what is on x; null where they are not shared. */
export function rangesOf(text: string | null): Map<string, Range> | null {
  const [first, ...items] = itemsOf(text);
  if (first?.head !== SHARED) return null;
  return new Map(
    items.flatMap((item): [string, Range][] => {
      const [from, to] = [fieldText(item, "from"), fieldText(item, "to")].map(Number.parseFloat) as [number, number];
      return from < to ? [[item.head, [from, to]]] : [];
    }),
  );
}

export const zoomText = (ranges: ReadonlyMap<string, Range>): string =>
  [SHARED, ...[...ranges].map(([x, [from, to]]) => itemText(x, { from: String(from), to: String(to) }))].join(";");
