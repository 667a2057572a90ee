/** The columns that one may choose from: what the newest runs of the table have. */

import { useMemo } from "react";
import { useColumnNames } from "@/api/runs";
import type { Column } from "@/api/types";
import { usePersisted } from "@/parts/persisted";
import { columnOfToken, columnToken, defaultColumns, FIELDS, type MetricName, metricsOf } from "./columns";

export type Choices = {
  metrics: readonly MetricName[];
  params: readonly string[];
  tags: readonly string[];
  properties: readonly string[];
};

const NO_TOKENS: readonly string[] = [];

/** What the newest runs have; `isThere`: whether that is known yet. */
export function useNames(experiment: string | null): { choices: Choices; isThere: boolean } {
  const { metrics, words } = useColumnNames(experiment);
  const choices = useMemo(() => {
    const keysOf = (noun: "tags" | "properties" | "params") =>
      [...(words?.[noun] ?? [])].sort((a, b) => b.run_count - a.run_count).map(({ key }) => key);
    return {
      metrics: metricsOf(metrics ?? []),
      params: keysOf("params"),
      tags: keysOf("tags"),
      properties: keysOf("properties"),
    };
  }, [metrics, words]);
  return { choices, isThere: metrics !== undefined };
}

/** What can be chosen, and what stands there while nobody has chosen: known from the last visit until the server has told. */
export function useChoices(name: string, experiment: string | null): { choices: Choices; usual: readonly Column[] } {
  const { choices, isThere } = useNames(experiment);
  const [known, remember] = usePersisted<readonly string[]>(`usual.${name}`, NO_TOKENS);
  const usual = useMemo(() => {
    const columns = defaultColumns(choices.metrics, experiment !== null);
    const remembered = known.flatMap((token) => columnOfToken(token) ?? []);
    return !isThere && remembered.length > 0 ? remembered : columns;
  }, [choices, isThere, known, experiment]);
  const tokens = usual.map(columnToken);
  if (isThere && tokens.join() !== known.join()) queueMicrotask(() => remember(tokens));
  return { choices, usual };
}

/** Every column that a condition can be about. */
export const conditionColumns = ({ metrics, params, tags, properties }: Choices): Column[] => [
  ...FIELDS.map((field) => ({ field: field.name })),
  ...params.map((param) => ({ param })),
  ...tags.map((tag) => ({ tag })),
  ...metrics.flatMap(({ metric, column, isNumeric }) => {
    const summaries = isNumeric ? (["last", "min", "max", "mean", "first", "count"] as const) : (["last"] as const);
    return summaries.map((of) => ({ metric, of, column }));
  }),
  ...properties.map((property) => ({ property })),
];

/** Values of a run besides its metrics, for charts over them. */
export const valueColumns = ({ params, tags, properties }: Choices): Column[] => [
  ...params.map((param) => ({ param })),
  ...tags.map((tag) => ({ tag })),
  ...[
    "duration_ms",
    "number",
    "status",
    "experiment",
    "target",
    "script",
    "environment_name",
    "environment_version",
  ].map((field) => ({
    field,
  })),
  ...properties.map((property) => ({ property })),
];

/** Columns whose values runs share, so that they make groups. */
export const groupColumns = ({ params, tags, properties }: Choices): Column[] => [
  ...[
    "experiment",
    "status",
    "kind",
    "target",
    "script",
    "submitted_by",
    "environment_name",
    "environment_version",
    "parent_id",
  ].map((field) => ({ field })),
  ...tags.map((tag) => ({ tag })),
  ...params.map((param) => ({ param })),
  ...properties.map((property) => ({ property })),
];
