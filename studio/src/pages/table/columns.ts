/** Columns of the run table: what they are called, how they are written in an address, how they are shown. */

import type { Column, Run, Series, Summary } from "@/api/types";

export const SUMMARIES: readonly Summary[] = ["last", "min", "max", "mean", "first", "count"];

type Field = { name: string; title: string; width: number; kind: "text" | "time" | "duration" | "number" | "status" };

export const FIELDS: readonly Field[] = [
  { name: "status", title: "Status", width: 132, kind: "status" },
  { name: "experiment", title: "Experiment", width: 180, kind: "text" },
  { name: "created_at", title: "Created", width: 128, kind: "time" },
  { name: "started_at", title: "Started", width: 128, kind: "time" },
  { name: "ended_at", title: "Ended", width: 128, kind: "time" },
  { name: "duration_ms", title: "Duration", width: 104, kind: "duration" },
  { name: "number", title: "Number", width: 90, kind: "number" },
  { name: "run_id", title: "Run id", width: 250, kind: "text" },
  { name: "kind", title: "Kind", width: 100, kind: "text" },
  { name: "target", title: "Compute", width: 110, kind: "text" },
  { name: "script", title: "Script", width: 150, kind: "text" },
  { name: "submitted_by", title: "Submitted by", width: 120, kind: "text" },
  { name: "environment_name", title: "Environment", width: 150, kind: "text" },
  { name: "parent_id", title: "Parent", width: 200, kind: "text" },
  { name: "child_count", title: "Child runs", width: 96, kind: "number" },
];

const FIELD_BY_NAME = new Map(FIELDS.map((field) => [field.name, field]));
export const fieldOf = (column: Column): Field | undefined =>
  "field" in column ? FIELD_BY_NAME.get(column.field) : undefined;

/** Escapes also `~`, which sets the parts of a condition apart and which encodeURIComponent leaves as it is. */
export const escaped = (text: string) => encodeURIComponent(text).replaceAll("~", "%7E");

/** `status`, `tag:stage`, `property:k`, `metric:loss:min`, `metric:scores:max:f1`; names are escaped. */
export function columnToken(column: Column): string {
  if ("field" in column) return escaped(column.field);
  if ("tag" in column) return `tag:${escaped(column.tag)}`;
  if ("property" in column) return `property:${escaped(column.property)}`;
  return `metric:${escaped(column.metric)}:${column.of}${column.column === "" ? "" : `:${escaped(column.column)}`}`;
}

/** The column that a token means; null for one that nobody of us wrote. */
export function columnOfToken(token: string): Column | null {
  const parts = decoded(token);
  if (parts === null) return null;
  const [first, name, of, column] = parts;
  if (first === undefined || first === "") return null;
  if (parts.length === 1) return { field: first };
  if (name === undefined || name === "") return null;
  if (first === "tag" && parts.length === 2) return { tag: name };
  if (first === "property" && parts.length === 2) return { property: name };
  if (first === "metric" && isSummary(of)) return { metric: name, of, column: column ?? "" };
  return null;
}

function decoded(token: string): string[] | null {
  try {
    return token.split(":").map(decodeURIComponent);
  } catch {
    // A broken escape in an address: that column is left out.
    return null;
  }
}

const isSummary = (text: string | undefined): text is Summary =>
  (SUMMARIES as readonly (string | undefined)[]).includes(text);

export function columnTitle(column: Column): string {
  if ("field" in column) return FIELD_BY_NAME.get(column.field)?.title ?? column.field;
  if ("tag" in column) return column.tag;
  if ("property" in column) return column.property;
  const series = column.column === "" ? column.metric : `${column.metric}.${column.column}`;
  return column.of === "last" ? series : `${series} (${column.of})`;
}

/** What a screen reader and a tooltip say: the title and where the values come from. */
export function columnDescription(column: Column): string {
  if ("field" in column) return columnTitle(column);
  if ("tag" in column) return `Tag ${column.tag}`;
  if ("property" in column) return `Property ${column.property}`;
  const field = column.column === "" ? "" : `, column ${column.column}`;
  return `Metric ${column.metric}${field}: ${column.of} value`;
}

export function columnWidth(column: Column): number {
  if ("field" in column) return FIELD_BY_NAME.get(column.field)?.width ?? 140;
  return Math.min(240, Math.max(96, 44 + columnTitle(column).length * 7.5));
}

export const isNumeric = (column: Column): boolean =>
  "metric" in column || fieldOf(column)?.kind === "number" || fieldOf(column)?.kind === "duration";

/** Tag and property names of these runs, most used first. */
export function namesUsed(runs: readonly Run[], noun: "tags" | "properties"): string[] {
  const counts = new Map<string, number>();
  for (const run of runs) for (const name of Object.keys(run[noun])) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)).map(([name]) => name);
}

export type MetricName = { metric: string; column: string; isNumeric: boolean };

/** The metrics that these runs have logged, one entry per column, most used first. */
export function metricsUsed(runs: readonly (readonly Series[])[]): MetricName[] {
  const found = new Map<string, MetricName & { runs: number }>();
  for (const series of runs.flat()) {
    if (series.artifacts !== null) continue;
    for (const column of series.columns) {
      const key = JSON.stringify([series.name, column.name]);
      const known = found.get(key) ?? { metric: series.name, column: column.name, isNumeric: false, runs: 0 };
      known.runs += 1;
      known.isNumeric ||= column.min !== null || column.mean !== null;
      found.set(key, known);
    }
  }
  return [...found.values()]
    .sort((a, b) => b.runs - a.runs || a.metric.localeCompare(b.metric))
    .map(({ metric, column, isNumeric }) => ({ metric, column, isNumeric }));
}

/** What the table shows to somebody who has chosen nothing yet. */
export function defaultColumns(metrics: readonly MetricName[], isOneExperiment: boolean): Column[] {
  const fields = isOneExperiment
    ? ["status", "created_at", "duration_ms"]
    : ["status", "experiment", "created_at", "duration_ms"];
  const plain = metrics.filter(({ column, isNumeric }) => column === "" && isNumeric).slice(0, 4);
  return [
    ...fields.map((field) => ({ field })),
    ...plain.map(({ metric }): Column => ({ metric, of: "last", column: "" })),
  ];
}
