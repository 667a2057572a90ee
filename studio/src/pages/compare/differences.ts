/** What runs have in common, and what not. */

import type { Run, Series } from "@/api/types";
import { formatCell, formatDuration } from "@/parts/format";

export type Difference = { group: string; name: string; values: string[]; isDifferent: boolean };

/** Every parameter-like value of the runs, side by side: about the run, arguments, tags, properties, last values of metrics. */
export function differences(
  runs: readonly Run[],
  summaries: Readonly<Record<string, readonly Series[]>>,
): Difference[] {
  const row = (group: string, name: string, values: readonly string[]): Difference => ({
    group,
    name,
    values: [...values],
    isDifferent: new Set(values).size > 1,
  });
  const named = (group: string, names: Iterable<string>, value: (run: Run, name: string) => string) =>
    [...new Set(names)]
      .sort((a, b) => a.localeCompare(b))
      .map((name) =>
        row(
          group,
          name,
          runs.map((run) => value(run, name)),
        ),
      );
  return [
    row(
      "Run",
      "Status",
      runs.map((run) => run.status),
    ),
    row(
      "Run",
      "Duration",
      runs.map((run) => formatDuration(run.duration_ms)),
    ),
    row(
      "Run",
      "Script",
      runs.map((run) => run.script ?? ""),
    ),
    row(
      "Run",
      "Compute",
      runs.map((run) => run.target ?? ""),
    ),
    ...named(
      "Arguments",
      runs.flatMap((run) => Object.keys(argumentsOf(run))),
      (run, name) => argumentsOf(run)[name] ?? "",
    ),
    ...named(
      "Tags",
      runs.flatMap((run) => Object.keys(run.tags)),
      (run, name) => (name in run.tags ? (run.tags[name] ?? "✓") : ""),
    ),
    ...named(
      "Properties",
      runs.flatMap((run) => Object.keys(run.properties)),
      (run, name) => run.properties[name] ?? "",
    ),
    ...named(
      "Metrics (last value)",
      runs.flatMap((run) => plain(summaries[run.run_id]).map((series) => series.name)),
      (run, name) => formatCell(plain(summaries[run.run_id]).find((series) => series.name === name)?.columns[0]?.last),
    ),
  ].filter((each) => each.values.some((value) => value !== ""));
}

const plain = (series: readonly Series[] | undefined) =>
  (series ?? []).filter((each) => each.artifacts === null && each.columns.length === 1);

/** `--alpha 0.3 --fast x` as names and values; what has no name is called by its position. */
export function argumentsOf(run: Pick<Run, "arguments">): Record<string, string> {
  const items = run.arguments ?? [];
  const found: Record<string, string> = {};
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at] as string;
    const [name, value] = item.split(/=(.*)/s);
    const next = items[at + 1];
    if (!/^--?[a-z]/i.test(item)) found[`argument ${at + 1}`] = item;
    else if (value !== undefined) found[name as string] = value;
    else if (next !== undefined && !/^--?[a-z]/i.test(next)) {
      found[item] = next;
      at += 1;
    } else found[item] = "✓";
  }
  return found;
}
