/** One run: its head, and one of its tabs. */

import { Spinner, Tab, TabList } from "@fluentui/react-components";
import { useEffect, useRef } from "react";
import { useWorkspace } from "@/api/live";
import { useRun } from "@/api/runs";
import { addresses, navigate, type RunTab } from "@/parts/addresses";
import { Problem } from "@/parts/Problem";
import { useTitle } from "@/parts/title";
import { run as texts } from "@/texts/run";
import { RunHeader } from "./RunHeader";
import { TABS } from "./tabs";
import "./run.css";

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
  const TabContent = TABS[shown];
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
        <TabContent run={run.data} wait={<Spinner className="page-wait" label={texts.loadingTab} delay={300} />} />
      </section>
    </>
  );
}
