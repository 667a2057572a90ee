/** Which runs the table shows: as the user set it, and as the server is asked. */

import type { Archived, Cell, Column, Filter, Operator, Status } from "@/api/types";
import { runTexts } from "@/texts/runs";
import { columnTitle, fieldOf } from "./columns";

/** What is typed of one comparison; a column is null as long as none is chosen. */
export type Condition = { column: Column; op: Operator; value: string; not?: boolean };
/** All of the rules, or at least one. */
export type Group = { every: boolean; rules: readonly Rule[]; not?: boolean };
export type Rule = Condition | Group;

export type Conditions = {
  text: string;
  statuses: readonly Status[];
  experiments: readonly string[];
  /** Created since then: `24h`, `7d`; empty for any time. */
  since: Since;
  archived: Archived;
  rules: Group;
};

export type Since = "" | "1h" | "24h" | "7d" | "30d";
export const SINCE: readonly Since[] = ["", "1h", "24h", "7d", "30d"];
export const ARCHIVED: readonly Archived[] = ["without", "only", "with"];

export const NO_RULES: Group = { every: true, rules: [] };
export const NO_CONDITIONS: Conditions = {
  text: "",
  statuses: [],
  experiments: [],
  since: "",
  archived: "without",
  rules: NO_RULES,
};

export const STATUS_GROUPS: readonly { title: string; statuses: readonly Status[] }[] = [
  {
    title: runTexts.filter.groups.waiting,
    statuses: ["NotStarted", "Queued", "Preparing", "Provisioning", "Starting"],
  },
  { title: runTexts.filter.groups.running, statuses: ["Running", "Finalizing", "CancelRequested"] },
  { title: runTexts.filter.groups.completed, statuses: ["Completed"] },
  { title: runTexts.filter.groups.failed, statuses: ["Failed"] },
  { title: runTexts.filter.groups.canceled, statuses: ["Canceled"] },
];

export const OPERATORS: readonly Operator[] = ["=", "!=", "<", "<=", ">", ">=", "contains", "exists"];

/** The comparisons that make sense for a column. */
export function operatorsOf(column: Column): readonly Operator[] {
  const kind = fieldOf(column)?.kind;
  if ("metric" in column || kind === "number" || kind === "duration")
    return OPERATORS.filter((op) => op !== "contains");
  if (kind === "time") return ["<", ">=", "exists"];
  return OPERATORS;
}

export const isGroup = (rule: Rule): rule is Group => "rules" in rule;

/** A rule as a sentence; groups within others stand in brackets. */
export function ruleText(rule: Rule, isInner = false): string {
  const { filter, operators } = runTexts;
  const not = rule.not ? `${filter.not} ` : "";
  if (!isGroup(rule)) {
    const { column, op, value } = rule;
    return `${not}${columnTitle(column)} ${operators[op]}${op === "exists" ? "" : ` ${value.replace("T", " ")}`}`;
  }
  const text = rule.rules.map((part) => ruleText(part, true)).join(rule.every ? filter.and : filter.or);
  return isInner || rule.not ? `${not}(${text})` : text;
}

/** The value as the server compares it: numbers for metrics, numeric fields and words that spell one, times in UTC. */
export function typedValue({ column, op, value }: Condition): Cell {
  if (op === "exists") return true;
  const kind = fieldOf(column)?.kind;
  if (kind === "time") return Number.isNaN(Date.parse(value)) ? value : new Date(value).toISOString();
  const number = value.trim() === "" ? Number.NaN : Number(value.replace(",", "."));
  const isText = "field" in column && kind !== "number" && kind !== "duration";
  const isWord = "tag" in column || "property" in column || "param" in column;
  if (isText || op === "contains" || Number.isNaN(number) || (isWord && (op === "=" || op === "!="))) return value;
  return kind === "duration" ? number * 1000 : number;
}

/** The filter that a rule stands for; undefined for a group without rules. */
export function ruleFilter(rule: Rule): Filter | undefined {
  const filter = isGroup(rule) ? groupFilter(rule) : { column: rule.column, op: rule.op, value: typedValue(rule) };
  return filter && rule.not ? { not: filter } : filter;
}

function groupFilter({ every, rules }: Group): Filter | undefined {
  const parts = rules.map(ruleFilter).filter((part) => part !== undefined);
  if (parts.length <= 1) return parts[0];
  return every ? { and: parts } : { or: parts };
}

const HOURS: Record<Exclude<Since, "">, number> = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };

/** When a stretch of time that ends now begins, in whole minutes: a question that changes all the time is never answered. */
export const sinceAt = (since: Exclude<Since, "">, nowMs: number): string =>
  new Date(Math.floor(nowMs / 60_000) * 60_000 - HOURS[since] * 3_600_000).toISOString();

/** The filter for `POST runs/query`; undefined when every run is wanted. */
export function filterOf(wanted: Conditions, also: readonly Filter[] = [], nowMs = Date.now()): Filter | undefined {
  const parts: Filter[] = [...also];
  if (wanted.text.trim() !== "") parts.push({ text: wanted.text.trim() });
  if (wanted.statuses.length > 0) parts.push({ column: { field: "status" }, op: "in", value: [...wanted.statuses] });
  if (wanted.experiments.length > 0)
    parts.push({ column: { field: "experiment" }, op: "in", value: [...wanted.experiments] });
  if (wanted.since !== "")
    parts.push({ column: { field: "created_at" }, op: ">=", value: sinceAt(wanted.since, nowMs) });
  const rules = ruleFilter(wanted.rules);
  if (rules !== undefined) parts.push(rules);
  return parts.length > 1 ? { and: parts } : parts[0];
}

export const isFiltered = (wanted: Conditions): boolean =>
  filterOf(wanted) !== undefined || wanted.archived !== "without";
