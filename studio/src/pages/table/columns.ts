/** Columns of the run table: what they are called, how they are written in an address, how they are shown. */

import type { Cell, Column, MetricNames, Run, Summary, SummaryStep } from "@/api/types";
import { runTexts } from "@/texts/runs";

const texts = runTexts.columns;

export const SUMMARIES: readonly Summary[] = ["last", "min", "max", "mean", "first", "count"];
export const STEPS: readonly SummaryStep[] = ["min_step", "max_step"];
const ALL_OF: readonly string[] = [...SUMMARIES, ...STEPS, "first_step", "last_step"];

type Field = {
  name: keyof typeof texts.fields;
  width: number;
  kind: "text" | "time" | "duration" | "number" | "status";
};

export const FIELDS: readonly Field[] = [
  { name: "status", width: 132, kind: "status" },
  { name: "experiment", width: 180, kind: "text" },
  { name: "created_at", width: 128, kind: "time" },
  { name: "started_at", width: 128, kind: "time" },
  { name: "ended_at", width: 128, kind: "time" },
  { name: "duration_ms", width: 104, kind: "duration" },
  { name: "number", width: 90, kind: "number" },
  { name: "run_id", width: 250, kind: "text" },
  { name: "kind", width: 100, kind: "text" },
  { name: "target", width: 110, kind: "text" },
  { name: "script", width: 150, kind: "text" },
  { name: "submitted_by", width: 120, kind: "text" },
  { name: "environment_name", width: 150, kind: "text" },
  { name: "environment_version", width: 150, kind: "text" },
  { name: "parent_id", width: 200, kind: "text" },
  { name: "child_count", width: 96, kind: "number" },
  { name: "archived_at", width: 128, kind: "time" },
];

const FIELD_BY_NAME = new Map<string, Field>(FIELDS.map((field) => [field.name, field]));
export const fieldOf = (column: Column): Field | undefined =>
  "field" in column ? FIELD_BY_NAME.get(column.field) : undefined;

/** Escapes also what sets the parts of a condition and of a filter apart, and what encodeURIComponent leaves as it is. */
export const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[~()!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** `status`, `tag:stage`, `property:k`, `param:lr`, `metric:loss:min`, `metric:scores:max:f1`; names are escaped. */
export function columnToken(column: Column): string {
  if ("field" in column) return escaped(column.field);
  if ("tag" in column) return `tag:${escaped(column.tag)}`;
  if ("property" in column) return `property:${escaped(column.property)}`;
  if ("param" in column) return `param:${escaped(column.param)}`;
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
  if (first === "param" && parts.length === 2) return { param: name };
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

const isSummary = (text: string | undefined): text is Summary | SummaryStep => ALL_OF.includes(text ?? "");

export function columnTitle(column: Column): string {
  if ("field" in column)
    return FIELD_BY_NAME.has(column.field) ? texts.fields[column.field as Field["name"]] : column.field;
  if ("tag" in column) return column.tag;
  if ("property" in column) return column.property;
  if ("param" in column) return column.param;
  const series = column.column === "" ? column.metric : `${column.metric}.${column.column}`;
  return column.of === "last" ? series : `${series} (${runTexts.summaries[column.of]})`;
}

/** What a screen reader and a tooltip say: the title and where the values come from. */
export function columnDescription(column: Column): string {
  if ("field" in column) return columnTitle(column);
  if ("tag" in column) return texts.tag(column.tag);
  if ("property" in column) return texts.property(column.property);
  if ("param" in column) return texts.parameter(column.param);
  return texts.metric(column.metric, column.column, runTexts.summaryWords[column.of]);
}

export function columnWidth(column: Column): number {
  if ("field" in column) return FIELD_BY_NAME.get(column.field)?.width ?? 140;
  return Math.min(240, Math.max(96, 44 + columnTitle(column).length * 7.5));
}

export const isNumeric = (column: Column): boolean =>
  "metric" in column || fieldOf(column)?.kind === "number" || fieldOf(column)?.kind === "duration";

export type MetricName = { metric: string; column: string; isNumeric: boolean; runs: number };

const DRAWN: readonly string[] = ["image", "confusion_matrix", "accuracy_table", "residuals", "predictions"];

/** The metrics that may be columns, one entry per column of each, most used first. */
export function metricsOf(names: readonly MetricNames[]): MetricName[] {
  return names
    .filter(({ kind }) => !DRAWN.includes(kind))
    .flatMap(({ name, columns, numeric, run_count }) =>
      columns.map((column) => ({ metric: name, column, isNumeric: numeric.includes(column), runs: run_count })),
    )
    .sort((a, b) => b.runs - a.runs || a.metric.localeCompare(b.metric));
}

/** The value of a column that a run itself tells; undefined for metrics, which it does not. */
export function valueOfRun(run: Run, column: Column): Cell | undefined {
  if ("tag" in column) return run.tags[column.tag] ?? null;
  if ("property" in column) return run.properties[column.property] ?? null;
  if ("param" in column) return run.params?.[column.param] ?? null;
  if ("metric" in column) return undefined;
  return (run as unknown as Record<string, Cell | undefined>)[column.field] ?? null;
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
