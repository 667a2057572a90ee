/** One run: its head, and one of its tabs. */

import { Spinner, Tab, TabList } from "@fluentui/react-components";
import { lazy, Suspense, useEffect, useRef } from "react";
import { useWorkspace } from "@/api/live";
import { useRun } from "@/api/runs";
import type { Run } from "@/api/types";
import { addresses, navigate, type RunTab } from "@/parts/addresses";
import { Problem } from "@/parts/Problem";
import { useTitle } from "@/parts/title";
import { run as texts } from "@/texts/run";
import { RunHeader } from "./RunHeader";
import "./run.css";

const DetailsTab = lazy(() => import("./DetailsTab"));
const MetricsTab = lazy(() => import("./MetricsTab"));
const ImagesTab = lazy(() => import("./ImagesTab"));
const LogsTab = lazy(() => import("./LogsTab"));
const ChildrenTab = lazy(() => import("./ChildrenTab"));
const SnapshotTab = lazy(() => import("./SnapshotTab"));
const EnvironmentTab = lazy(() => import("./EnvironmentTab"));
const MonitoringTab = lazy(() => import("./MonitoringTab"));
const RawJsonTab = lazy(() => import("./RawJsonTab"));

const TITLES: Record<RunTab, string> = texts.tabs;
// As Azure had them: what a run did, what it left, how it was made.
const ORDER = Object.keys(texts.tabs) as RunTab[];

export default function RunPage({ runId, tab }: { runId: string; tab: RunTab | null }) {
  const workspace = useWorkspace();
  const run = useRun(runId);
  const shown = tab ?? "details";
  const isThere = run.data !== undefined;
  const strip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On a phone the strip of tabs is wider than the page. The tab's own scrollIntoView would move the page, too.
    const tab = isThere && strip.current?.querySelector<HTMLElement>(`[data-testid="tab-${shown}"]`);
    if (tab) strip.current?.scrollTo({ left: tab.offsetLeft - (strip.current.clientWidth - tab.offsetWidth) / 2 });
  }, [shown, isThere]);
  useTitle(`${run.data?.display_name ?? runId} · ${TITLES[shown]}`);
  if (run.isLoadingError) return <Problem error={run.error} retry={() => void run.refetch()} />;
  if (!run.data) return <Spinner className="page-wait" label={texts.loading} delay={300} />;
  return (
    <>
      <RunHeader run={run.data} />
      <TabList
        ref={strip}
        className="run-tabs"
        selectedValue={shown}
        onTabSelect={(_, { value }) => navigate(addresses.run(workspace, runId, value as RunTab))}
      >
        {ORDER.map((name) => (
          <Tab key={name} value={name} id={`tab-${name}`} data-testid={`tab-${name}`}>
            {TITLES[name]}
            {name === "children" && run.data.child_count > 0 && (
              <span className="tab-count">{run.data.child_count}</span>
            )}
          </Tab>
        ))}
      </TabList>
      <section className="run-tab" role="tabpanel" aria-labelledby={`tab-${shown}`}>
        <Suspense fallback={<Spinner className="page-wait" label={texts.loadingTab} delay={300} />}>
          <TabContent run={run.data} tab={shown} />
        </Suspense>
      </section>
    </>
  );
}

function TabContent({ run, tab }: { run: Run; tab: RunTab }) {
  switch (tab) {
    case "details":
      return <DetailsTab run={run} />;
    case "metrics":
      return <MetricsTab run={run} />;
    case "images":
      return <ImagesTab run={run} />;
    case "logs":
      return <LogsTab run={run} />;
    case "children":
      return <ChildrenTab run={run} />;
    case "snapshot":
      return <SnapshotTab run={run} />;
    case "environment":
      return <EnvironmentTab run={run} />;
    case "monitoring":
      return <MonitoringTab run={run} />;
    case "json":
      return <RawJsonTab run={run} />;
  }
}
