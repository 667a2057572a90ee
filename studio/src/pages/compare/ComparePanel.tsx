/** Several runs side by side: charts, pictures, differences. */

import { Button, Spinner, Tab, TabList } from "@fluentui/react-components";
import { ArrowLeftRegular } from "@fluentui/react-icons";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { firstLoadingError } from "@/api/client";
import { keys } from "@/api/keys";
import { useChanges, useWorkspace } from "@/api/live";
import { useSummaries } from "@/api/metrics";
import { queryTable } from "@/api/runs";
import type { Run } from "@/api/types";
import { plural } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { useShortcut } from "@/parts/shortcuts";
import { CompareCharts } from "./CompareCharts";
import { CompareImages } from "./CompareImages";
import { CompareTable } from "./CompareTable";
import { RunLegend } from "./RunLegend";
import "./compare.css";

type Props = { runIds: string[]; close: () => void; change: (runIds: string[]) => void; name: string };

/** A run keeps its position, and with it its colour, also when others are hidden. */
export type ComparedRun = { run: Run; position: number };

const TABS = { charts: "Charts", images: "Images", differences: "Differences" } as const;
const REFRESH_MS = 1000;

export default function ComparePanel({ runIds, close, change, name }: Props) {
  const [tab, setTab] = useState<keyof typeof TABS>("charts");
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  useShortcut("Escape", close);
  const answer = useComparedRuns(runIds);
  const summaries = useSummaries(runIds);
  const runs = useMemo((): ComparedRun[] => {
    const byId = new Map(answer.data?.rows.map((row) => [row.run.run_id, row.run]));
    return runIds.flatMap((id, position) => {
      const run = byId.get(id);
      return run ? [{ run, position }] : [];
    });
  }, [answer.data, runIds]);
  const shown = useMemo(() => runs.filter(({ run }) => !hidden.has(run.run_id)), [runs, hidden]);
  const error = firstLoadingError(answer, summaries);
  const toggle = (runId: string) => {
    const next = new Set(hidden);
    if (!next.delete(runId)) next.add(runId);
    setHidden(next);
  };
  return (
    <section className="compare" aria-label="Comparison" data-testid="compare-panel">
      <aside className="compare-side">
        <Button appearance="subtle" icon={<ArrowLeftRegular />} onClick={close} data-testid="compare-close">
          Back to the table
        </Button>
        <h2>{plural(runIds.length, "run")}</h2>
        <RunLegend
          runs={runs}
          hidden={hidden}
          toggle={toggle}
          remove={(runId) => change(runIds.filter((id) => id !== runId))}
        />
      </aside>
      <div className="compare-main">
        <TabList
          selectedValue={tab}
          onTabSelect={(_, { value }) => setTab(value as keyof typeof TABS)}
          className="compare-tabs"
        >
          {Object.entries(TABS).map(([key, title]) => (
            <Tab key={key} value={key}>
              {title}
            </Tab>
          ))}
        </TabList>
        {error !== null && <Problem error={error} />}
        {(!answer.data || !summaries.data) && error === null && (
          <Spinner className="page-wait" label="Loading the runs" delay={300} />
        )}
        {answer.data && summaries.data && tab === "charts" && (
          <CompareCharts runs={shown} summaries={summaries.data} name={name} />
        )}
        {answer.data && summaries.data && tab === "images" && <CompareImages runs={shown} summaries={summaries.data} />}
        {answer.data && summaries.data && tab === "differences" && (
          <CompareTable runs={shown} summaries={summaries.data} />
        )}
      </div>
    </section>
  );
}

/** The runs and their summaries, asked anew when one of them changes. */
function useComparedRuns(runIds: readonly string[]) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const queryKey = [...keys.run(workspace, ""), "compared", runIds];
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useChanges((change) => {
    if (change.run_id === null || !runIds.includes(change.run_id)) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey });
      void client.invalidateQueries({ queryKey: [...keys.summaries(workspace), runIds] });
    }, REFRESH_MS);
  });
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => {
      const filter = { column: { field: "run_id" }, op: "in" as const, value: runIds };
      const body = { columns: [], filter, limit: runIds.length, offset: 0, include_children: true };
      return queryTable(workspace, body, signal);
    },
    placeholderData: keepPreviousData,
  });
}
