/** Which runs the table shows: as the user set it, as an address holds it, as the server is asked. */

import type { Cell, Column, Filter, Operator, Status } from "@/api/types";
import { columnOfToken, columnTitle, columnToken, escaped, fieldOf } from "./columns";

export type Condition = { column: Column; op: Operator; value: string };
export type Conditions = {
  text: string;
  statuses: readonly Status[];
  experiments: readonly string[];
  conditions: readonly Condition[];
};

export const NO_CONDITIONS: Conditions = { text: "", statuses: [], experiments: [], conditions: [] };

export const STATUS_GROUPS: readonly { title: string; statuses: readonly Status[] }[] = [
  { title: "Waiting", statuses: ["NotStarted", "Queued", "Preparing", "Provisioning", "Starting"] },
  { title: "Running", statuses: ["Running", "Finalizing", "CancelRequested"] },
  { title: "Completed", statuses: ["Completed"] },
  { title: "Failed", statuses: ["Failed"] },
  { title: "Canceled", statuses: ["Canceled"] },
];

export const OPERATORS: readonly { op: Operator; words: string }[] = [
  { op: "=", words: "is" },
  { op: "!=", words: "is not" },
  { op: "<", words: "is below" },
  { op: "<=", words: "is at most" },
  { op: ">", words: "is above" },
  { op: ">=", words: "is at least" },
  { op: "contains", words: "contains" },
  { op: "exists", words: "is there" },
];

export const conditionText = ({ column, op, value }: Condition): string => {
  const words = OPERATORS.find((operator) => operator.op === op)?.words ?? op;
  return `${columnTitle(column)} ${words}${op === "exists" ? "" : ` ${value}`}`;
};

/** The value as the server compares it: numbers for metrics and numeric fields, text for all else. */
export function typedValue({ column, op, value }: Condition): Cell {
  const isText = op === "contains" || "tag" in column || "property" in column;
  if (op === "exists") return true;
  if (isText || value.trim() === "") return value;
  const kind = fieldOf(column)?.kind;
  if ("field" in column && kind !== "number" && kind !== "duration") return value;
  const number = Number(value.replace(",", "."));
  return Number.isNaN(number) ? value : kind === "duration" ? number * 1000 : number;
}

/** The filter for `POST runs/query`; undefined when every run is wanted. */
export function filterOf(wanted: Conditions, also: readonly Filter[] = []): Filter | undefined {
  const parts: Filter[] = [...also];
  if (wanted.text.trim() !== "") parts.push({ text: wanted.text.trim() });
  if (wanted.statuses.length > 0) parts.push({ column: { field: "status" }, op: "in", value: [...wanted.statuses] });
  if (wanted.experiments.length > 0)
    parts.push({ column: { field: "experiment" }, op: "in", value: [...wanted.experiments] });
  for (const condition of wanted.conditions)
    parts.push({ column: condition.column, op: condition.op, value: typedValue(condition) });
  return parts.length > 1 ? { and: parts } : parts[0];
}

export const isFiltered = (wanted: Conditions): boolean => filterOf(wanted) !== undefined;

/** `metric:loss:min~<~0.5`, escaped like columns. */
export const conditionToken = ({ column, op, value }: Condition): string =>
  [columnToken(column), op, escaped(value)].join("~");

export function conditionOfToken(token: string): Condition | null {
  const [first = "", op, value = ""] = token.split("~");
  const column = columnOfToken(first);
  const known = OPERATORS.find((operator) => operator.op === op);
  if (column === null || known === undefined) return null;
  try {
    return { column, op: known.op, value: decodeURIComponent(value) };
  } catch {
    // A broken escape in an address: that condition is left out.
    return null;
  }
}
