/** A view of the run table: columns, order, filter. It lives in the address, and the browser remembers the last one per experiment. */

import { useMemo } from "react";
import type { Column, Status } from "@/api/types";
import { setParameters, useSearch } from "@/parts/addresses";
import { usePersisted } from "@/parts/persisted";
import { columnOfToken, columnToken } from "./columns";
import { type Condition, type Conditions, conditionOfToken, conditionToken } from "./filters";

export type Order = { column: Column; descending: boolean };
export type View = {
  /** null: nobody has chosen; the table decides by what the runs have logged. */
  columns: readonly Column[] | null;
  order: Order | null;
  filter: Conditions;
  withChildren: boolean;
};

export type ViewParameters = Record<"cols" | "sort" | "q" | "status" | "exp" | "if" | "children", string | null>;

const list = (items: readonly string[]): string | null => (items.length > 0 ? items.join(",") : null);
const items = (text: string | null): string[] => (text ? text.split(",").filter((item) => item !== "") : []);
const present = <T>(item: T | null): item is T => item !== null;

export function parametersOf(view: View): ViewParameters {
  const { filter, order } = view;
  return {
    cols: view.columns && list(view.columns.map(columnToken)),
    sort: order && (order.descending ? "-" : "") + columnToken(order.column),
    q: filter.text || null,
    status: list(filter.statuses),
    exp: list(filter.experiments.map(encodeURIComponent)),
    if: list(filter.conditions.map(conditionToken)),
    children: view.withChildren ? "1" : null,
  };
}

export function viewOf(parameters: ViewParameters): View {
  const sort = parameters.sort ?? "";
  const orderColumn = columnOfToken(sort.replace(/^-/, ""));
  return {
    columns: parameters.cols ? items(parameters.cols).map(columnOfToken).filter(present) : null,
    order: orderColumn && { column: orderColumn, descending: sort.startsWith("-") },
    filter: {
      text: parameters.q ?? "",
      statuses: items(parameters.status) as Status[],
      experiments: items(parameters.exp).map(decoded).filter(present),
      conditions: items(parameters.if).map(conditionOfToken).filter(present) as Condition[],
    },
    withChildren: parameters.children === "1",
  };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken escape in an address: that name is left out.
    return null;
  }
}

const NAMES = ["cols", "sort", "q", "status", "exp", "if", "children"] as const;
const NOTHING: ViewParameters = { cols: null, sort: null, q: null, status: null, exp: null, if: null, children: null };

/** The view of a table named `name`: the address wins; without one, what was used last. */
export function useView(name: string): [View, (change: Partial<View>) => void] {
  const search = useSearch();
  const [saved, save] = usePersisted<ViewParameters>(`table.${name}`, NOTHING);
  const parameters = useMemo(() => {
    const written = new URLSearchParams(search);
    const isWritten = NAMES.some((parameter) => written.has(parameter));
    return isWritten ? (Object.fromEntries(NAMES.map((each) => [each, written.get(each)])) as ViewParameters) : saved;
  }, [search, saved]);
  const view = useMemo(() => viewOf(parameters), [parameters]);
  const change = (part: Partial<View>) => {
    const next = parametersOf({ ...view, ...part });
    save({ ...next, q: null });
    setParameters(next);
  };
  return [view, change];
}
