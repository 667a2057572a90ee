/** Everything about several runs in one table, what differs set apart. */

import { Switch } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import type { Series } from "@/api/types";
import { lineColor } from "@/chart/palette";
import { Empty } from "@/parts/Empty";
import type { ComparedRun } from "./ComparePanel";
import { type Difference, differences } from "./differences";

export function CompareTable({
  runs,
  summaries,
}: {
  runs: readonly ComparedRun[];
  summaries: Record<string, Series[]>;
}) {
  const [onlyDifferent, setOnlyDifferent] = useState(true);
  const rows = useMemo(
    () =>
      differences(
        runs.map(({ run }) => run),
        summaries,
      ),
    [runs, summaries],
  );
  const isAny = rows.some((row) => row.isDifferent);
  const shown = onlyDifferent && isAny ? rows.filter((row) => row.isDifferent) : rows;
  const groups = [...new Set(shown.map((row) => row.group))];
  return (
    <>
      <div className="metrics-bar">
        <Switch
          label="Only what differs"
          checked={onlyDifferent}
          onChange={(_, { checked }) => setOnlyDifferent(checked)}
        />
      </div>
      {!isAny && (
        <Empty title="These runs do not differ">Their tags, arguments, properties and last values are the same.</Empty>
      )}
      <div className="compare-table" tabIndex={0} role="region" aria-label="Differences">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">Of the run</th>
              {runs.map(({ run, position }) => (
                <th key={run.run_id} scope="col">
                  <b style={{ color: lineColor(position) }}>{position + 1}</b> {run.display_name}
                </th>
              ))}
            </tr>
          </thead>
          {groups.map((group) => (
            <GroupRows key={group} group={group} rows={shown.filter((row) => row.group === group)} runs={runs} />
          ))}
        </table>
      </div>
    </>
  );
}

function GroupRows({
  group,
  rows,
  runs,
}: {
  group: string;
  rows: readonly Difference[];
  runs: readonly ComparedRun[];
}) {
  return (
    <tbody>
      <tr className="compare-group">
        <th scope="rowgroup" colSpan={runs.length + 1}>
          {group}
        </th>
      </tr>
      {rows.map((row) => (
        <tr key={row.name}>
          <th scope="row">{row.name}</th>
          {runs.map(({ run }, index) => (
            <td key={run.run_id} className={row.isDifferent ? "compare-different" : "quiet"}>
              {row.values[index] || "–"}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}
