/** Several runs side by side: charts, pictures, differences. */

import { Button, Spinner, Tab, TabList } from "@fluentui/react-components";
import { ArrowLeftRegular } from "@fluentui/react-icons";
import { type ReactNode, useMemo } from "react";
import type { Run } from "@/api/types";
import type { RowQuery } from "@/pages/table/rows";
import { Empty } from "@/parts/Empty";
import { Problem } from "@/parts/Problem";
import { useShortcut } from "@/parts/shortcuts";
import { compare as texts } from "@/texts/compare";
import { CompareImages } from "./CompareImages";
import { CompareTable } from "./CompareTable";
import { Dashboard } from "./Dashboard";
import { RunLegend } from "./RunLegend";
import { ALL_RUNS, useComparedRuns } from "./runs";
import { useCompareView } from "./views";
import "./compare.css";

type Props = {
  /** The runs, or only ALL_RUNS for those of the table. */
  runIds: string[];
  change: (runIds: string[]) => void;
  name: string;
  experiment: string | null;
  /** What the table shows. */
  query: RowQuery;
  /** The saved views, and back to the table. */
  views: ReactNode;
  leave: () => void;
};

/** A run keeps its position, and with it its colour, also when others are hidden. */
export type ComparedRun = { run: Run; position: number };

type Part = keyof typeof texts.tabs;
const PARTS = Object.keys(texts.tabs) as Part[];

export default function ComparePanel({ runIds, change, name, experiment, query, views, leave }: Props) {
  const view = useCompareView(name);
  const { hidden, parameters } = view;
  const part = PARTS.find((each) => each === parameters.part) ?? "charts";
  useShortcut("Escape", leave);
  const { runs, total, error } = useComparedRuns(runIds, query);
  const shown = useMemo(() => runs?.filter(({ run }) => !hidden.has(run.run_id)), [runs, hidden]);
  const isAll = runIds[0] === ALL_RUNS;
  const population = useMemo(() => (isAll ? { query, total, hidden } : null), [isAll, query, total, hidden]);
  const remove = (runId: string) => change((runs ?? []).map(({ run }) => run.run_id).filter((id) => id !== runId));
  return (
    <section className="compare" aria-label={texts.region} data-testid="compare-panel">
      <aside className="compare-side">
        <Button appearance="subtle" icon={<ArrowLeftRegular />} onClick={leave} data-testid="compare-close">
          {texts.back}
        </Button>
        <h2>{texts.runs(runs?.length ?? 0)}</h2>
        {isAll && runs && total > runs.length && (
          <p className="compare-note quiet">{texts.firstOf(runs.length, total)}</p>
        )}
        <RunLegend runs={runs ?? []} hidden={hidden} toggle={view.toggleRun} remove={remove} />
      </aside>
      <div className="compare-main">
        <div className="compare-tabs">
          <TabList
            selectedValue={part}
            onTabSelect={(_, { value }) => view.change({ part: String(value), find: null })}
          >
            {PARTS.map((key) => (
              <Tab key={key} value={key}>
                {texts.tabs[key]}
              </Tab>
            ))}
          </TabList>
          {views}
        </div>
        {error !== null && <Problem error={error} />}
        {!shown && error === null && <Spinner className="page-wait" label={texts.loading} delay={300} />}
        {shown && runs?.length === 0 && <Empty title={texts.noRuns}>{texts.noRunsHint}</Empty>}
        {shown && runs && runs.length > 0 && (
          <>
            {part === "charts" && (
              <Dashboard runs={shown} population={population} experiment={experiment} view={view} />
            )}
            {part === "images" && <CompareImages runs={shown} view={view} />}
            {part === "differences" && <CompareTable runs={shown} view={view} />}
          </>
        )}
      </div>
    </section>
  );
}
