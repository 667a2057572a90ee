/**
 * A view of a run table: columns, widths, order, filter, groups, and the dashboard over it where one is open.
 * It lives in the address; the browser remembers the last one per table.
 */

import { useCallback, useLayoutEffect, useMemo } from "react";
import type { Archived, Column, Status } from "@/api/types";
import { useSavedViews } from "@/api/views";
import { COMPARE_PARAMETERS } from "@/pages/compare/views";
import { setParameters, useSearch } from "@/parts/addresses";
import { usePersisted } from "@/parts/persisted";
import { columnOfToken, columnToken } from "./columns";
import { ARCHIVED, type Conditions, SINCE, type Since } from "./filters";
import { rulesOfText, rulesText } from "./rules";

export type Order = { column: Column; descending: boolean };
export type Figure = "mean" | "min" | "max";
export type View = {
  /** null: nobody has chosen; the table decides by what the runs have logged. */
  columns: readonly Column[] | null;
  /** Tokens of the columns that stay at the left. */
  pinned: readonly string[];
  widths: Readonly<Record<string, number>>;
  orders: readonly Order[];
  filter: Conditions;
  withChildren: boolean;
  by: readonly Column[];
  figure: Figure;
};

export const NAMES = [
  "cols",
  "pin",
  "widths",
  "sort",
  "q",
  "status",
  "exp",
  "since",
  "archived",
  "if",
  "children",
  "by",
  "figure",
] as const;
export type ViewParameters = Record<(typeof NAMES)[number], string | null>;

const list = (items: readonly string[]): string | null => (items.length > 0 ? items.join(",") : null);
const items = (text: string | null | undefined): string[] =>
  text ? text.split(",").filter((item) => item !== "") : [];
const present = <T>(item: T | null): item is T => item !== null;
const columnsOf = (text: string | null | undefined) => items(text).map(columnOfToken).filter(present);

export function parametersOf(view: View): ViewParameters {
  const { filter } = view;
  return {
    cols: view.columns && (list(view.columns.map(columnToken)) ?? NO_COLUMNS),
    pin: list(view.pinned),
    widths: list(Object.entries(view.widths).map(([token, width]) => `${token}~${Math.round(width)}`)),
    sort: list(view.orders.map(({ column, descending }) => (descending ? "-" : "") + columnToken(column))),
    q: filter.text || null,
    status: list(filter.statuses),
    exp: list(filter.experiments.map(encodeURIComponent)),
    since: filter.since || null,
    archived: filter.archived === "without" ? null : filter.archived,
    if: rulesText(filter.rules) || null,
    children: view.withChildren ? "1" : null,
    by: list(view.by.map(columnToken)),
    figure: view.figure === "mean" ? null : view.figure,
  };
}

export function viewOf(parameters: Partial<ViewParameters>): View {
  const { archived, since, figure } = parameters;
  return {
    columns: parameters.cols === NO_COLUMNS ? [] : parameters.cols ? columnsOf(parameters.cols) : null,
    pinned: items(parameters.pin),
    widths: Object.fromEntries(items(parameters.widths).map(widthOf).filter(present)),
    orders: items(parameters.sort).map(orderOf).filter(present),
    filter: {
      text: parameters.q ?? "",
      statuses: items(parameters.status) as Status[],
      experiments: items(parameters.exp).map(decoded).filter(present),
      since: SINCE.includes(since as Since) ? (since as Since) : "",
      archived: ARCHIVED.includes(archived as Archived) ? (archived as Archived) : "without",
      rules: rulesOfText(parameters.if ?? null),
    },
    withChildren: parameters.children === "1",
    by: columnsOf(parameters.by),
    figure: figure === "min" || figure === "max" ? figure : "mean",
  };
}

function orderOf(text: string): Order | null {
  const column = columnOfToken(text.replace(/^-/, ""));
  return column && { column, descending: text.startsWith("-") };
}

function widthOf(text: string): [string, number] | null {
  const [token = "", width = ""] = text.split("~");
  const px = Number(width);
  return columnOfToken(token) && px >= MIN_PX && px <= MAX_PX ? [token, px] : null;
}

// No column has that name; an empty parameter would be none at all.
const NO_COLUMNS = "-";
export const MIN_PX = 60;
export const MAX_PX = 1200;

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken escape in an address: that name is left out.
    return null;
  }
}

const NOTHING: Partial<ViewParameters> = {};

/** Parameters of the dashboard over a table; there is none without the first. */
const DASHBOARD = ["compare", ...COMPARE_PARAMETERS] as const;
const EVERY = [...NAMES, ...DASHBOARD];
type Written = Readonly<Record<string, string | null>>;

/** The part of an address that says what a table shows, always in the same order; empty for the usual view. */
export function searchOf(view: View, dashboard: Written = {}): string {
  const all = Object.entries({ ...parametersOf(view), ...dashboard });
  return new URLSearchParams(all.filter((pair): pair is [string, string] => pair[1] !== null)).toString();
}

/** The view that such a part of an address means. */
export const viewOfSearch = (search: string): View => viewOf(readSearch(search) ?? NOTHING);

/** The dashboard in an address; nothing where none is open. */
export function dashboardOf(search: string): Written {
  const written = new URLSearchParams(search);
  return written.has("compare") ? Object.fromEntries(DASHBOARD.map((name) => [name, written.get(name)])) : {};
}

/** The same view, written as `searchOf` does. */
export const rewritten = (search: string): string => searchOf(viewOfSearch(search), dashboardOf(search));

const readSearch = (search: string): Partial<ViewParameters> | null => {
  const written = new URLSearchParams(search);
  return NAMES.some((name) => written.has(name))
    ? Object.fromEntries(NAMES.map((each) => [each, written.get(each)]))
    : null;
};

export type ViewState = {
  view: View;
  /** All that is shown, the dashboard included, as an address has it. */
  search: string;
  change: (change: Partial<View>) => void;
  /** Shows a saved view, or with null the usual one. */
  open: (saved: { id: string; search: string } | null) => void;
  /** Goes from the dashboard to the table. */
  leave: () => void;
  /** The id of the saved view that was opened last. */
  openId: string | null;
  /** false until it is known whether the table has a default view. */
  isReady: boolean;
};

/** The view of a table: the address wins; without one, the table's default view, and without that what was used last. */
export function useView(name: string, experiment: string | null): ViewState {
  const search = useSearch();
  const saved = useSavedViews(experiment);
  const [last, remember] = usePersisted<Partial<ViewParameters>>(`table.${name}`, NOTHING);
  const openId = new URLSearchParams(search).get("view");
  const written = readSearch(search);
  const opened = saved.data?.find((view) => (openId === null ? view.is_default : view.view_id === openId));
  const isUsual = openId === USUAL;
  const parameters = useMemo(
    () => readSearch(search) ?? (isUsual ? NOTHING : opened ? (readSearch(opened.search) ?? NOTHING) : last),
    [search, opened, last, isUsual],
  );
  const view = useMemo(() => viewOf(parameters), [parameters]);
  const dashboard = useMemo(() => dashboardOf(search), [search]);
  useLayoutEffect(() => {
    // The address holds the whole view, also of a default view that nobody has touched.
    if (written === null && opened)
      setParameters({
        ...dashboardOf(opened.search),
        ...dashboard,
        ...readSearch(opened.search),
        view: opened.view_id,
      });
  });
  const change = useCallback(
    (part: Partial<View>) => {
      const next = parametersOf({ ...view, ...part });
      remember({ ...next, q: null });
      // Without a word in the address a default view would come back.
      const isBare = Object.values(next).every((value) => value === null);
      setParameters({ ...next, ...(isBare ? { view: USUAL } : {}) });
    },
    [view, remember],
  );
  const open = useCallback(
    (wanted: { id: string; search: string } | null) => {
      const next = wanted ? (readSearch(wanted.search) ?? NOTHING) : NOTHING;
      remember(next);
      const cleared = Object.fromEntries(EVERY.map((each) => [each, null]));
      const shown = wanted ? dashboardOf(wanted.search) : NOTHING;
      setParameters({ ...cleared, ...next, ...shown, view: wanted ? wanted.id : USUAL });
    },
    [remember],
  );
  const isReady = written !== null || isUsual || !saved.isPending;
  const leave = useCallback(() => {
    // A saved view that is a dashboard and nothing else would come back.
    const isDashboard = opened !== undefined && readSearch(location.search) === null;
    const cleared = Object.fromEntries(DASHBOARD.map((each) => [each, null]));
    setParameters({ ...cleared, ...(isDashboard ? { view: USUAL } : {}) });
  }, [opened]);
  const shown = useMemo(() => searchOf(view, dashboard), [view, dashboard]);
  return { view, search: shown, change, open, leave, openId: isUsual ? null : (openId ?? null), isReady };
}

const USUAL = "usual";
