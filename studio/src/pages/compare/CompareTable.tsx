/** Everything about several runs in one table, what differs set apart. */

import { Spinner, Switch } from "@fluentui/react-components";
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { requestJson, runPath } from "@/api/client";
import { keys } from "@/api/keys";
import { useWorkspace } from "@/api/live";
import { useSummaries } from "@/api/metrics";
import type { Run } from "@/api/types";
import { lineColor } from "@/chart/palette";
import { fits } from "@/chart/sections";
import { Empty } from "@/parts/Empty";
import { FindBox } from "@/parts/FindBox";
import { Problem } from "@/parts/Problem";
import { compare, dashboard, differences as texts } from "@/texts/compare";
import type { ComparedRun } from "./ComparePanel";
import { type Difference, differences } from "./differences";
import type { CompareView } from "./views";

// More columns nobody can read; and everything of a run is asked for each.
const MOST_RUNS = 20;

export function CompareTable({ runs, view }: { runs: readonly ComparedRun[]; view: CompareView }) {
  const shownRuns = useMemo(() => runs.slice(0, MOST_RUNS), [runs]);
  const { whole, error } = useWholeRuns(shownRuns);
  const summaries = useSummaries(useMemo(() => shownRuns.map(({ run }) => run.run_id), [shownRuns]));
  const rows = useMemo(
    () => (whole && summaries.data ? differences(whole, summaries.data) : undefined),
    [whole, summaries.data],
  );
  if (error !== null) return <Problem error={error} />;
  if (!rows) return <Spinner className="page-wait" label={compare.loading} delay={300} />;
  const isAll = view.parameters.all !== null;
  const isAny = rows.some((row) => row.isDifferent);
  const find = view.parameters.find ?? "";
  const shown = rows.filter((row) => (isAll || !isAny || row.isDifferent) && fits(`${row.group} ${row.name}`, find));
  const groups = [...new Set(shown.map((row) => row.group))];
  return (
    <>
      <div className="metrics-bar">
        <FindBox label={texts.find} text={find} find={(text) => view.change({ find: text })} />
        <Switch
          label={texts.only}
          checked={!isAll}
          onChange={(_, { checked }) => view.change({ all: checked ? null : "1" })}
        />
        {runs.length > MOST_RUNS && <span className="quiet">{texts.firstRuns(MOST_RUNS, runs.length)}</span>}
      </div>
      {!isAny && <Empty title={texts.none}>{texts.noneHint}</Empty>}
      {isAny && shown.length === 0 && <Empty title={texts.noneFits}>{dashboard.noneFitsHint}</Empty>}
      <div className="compare-table" tabIndex={0} role="region" aria-label={texts.region}>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{texts.ofRun}</th>
              {shownRuns.map(({ run, position }) => (
                <th key={run.run_id} scope="col">
                  <b style={{ color: lineColor(position) }}>{position + 1}</b> {run.display_name}
                </th>
              ))}
            </tr>
          </thead>
          {groups.map((group) => (
            <GroupRows key={group} group={group} rows={shown.filter((row) => row.group === group)} runs={shownRuns} />
          ))}
        </table>
      </div>
    </>
  );
}

/** The runs with their parameters and definitions, which lists leave out. */
function useWholeRuns(runs: readonly ComparedRun[]) {
  const workspace = useWorkspace();
  return useQueries({
    queries: runs.map(({ run }) => ({
      queryKey: keys.run(workspace, run.run_id),
      queryFn: ({ signal }: { signal: AbortSignal }) => requestJson<Run>(runPath(workspace, run.run_id), { signal }),
    })),
    combine: (answers) => ({
      whole: answers.every(({ data }) => data) ? answers.map(({ data }) => data as Run) : undefined,
      error: answers.find(({ isLoadingError }) => isLoadingError)?.error ?? null,
    }),
  });
}

type GroupProps = { group: string; rows: readonly Difference[]; runs: readonly ComparedRun[] };

function GroupRows({ group, rows, runs }: GroupProps) {
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
