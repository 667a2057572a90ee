/** The charts of a comparison: one's own first, then one per metric. */

import { Button, SearchBox } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { useMemo, useState } from "react";
import type { Series } from "@/api/types";
import { SmoothingSlider } from "@/chart/SmoothingSlider";
import { Empty } from "@/parts/Empty";
import { usePersisted } from "@/parts/persisted";
import { ChartEditor } from "./ChartEditor";
import { CompareCard } from "./CompareCard";
import type { ComparedRun } from "./ComparePanel";
import { type ChartSpec, newSpec, specTitle, usualSpecs } from "./charts";

type Props = { runs: readonly ComparedRun[]; summaries: Record<string, Series[]>; name: string };

const NO_SPECS: ChartSpec[] = [];

export function CompareCharts({ runs, summaries, name }: Props) {
  const [saved, setOwn] = usePersisted(`charts.${name}`, NO_SPECS);
  // What was saved before a chart could say as much as now gets the usual for the rest.
  const own = useMemo(() => saved.map(newSpec), [saved]);
  const [smoothing, setSmoothing] = usePersisted("compare.smoothing", 0);
  const [edited, edit] = useState<ChartSpec | null>(null);
  const [text, setText] = useState("");
  const usual = useMemo(() => usualSpecs(runs.map(({ run }) => summaries[run.run_id] ?? [])), [runs, summaries]);
  const metrics = useMemo(() => usual.flatMap((spec) => spec.metrics), [usual]);
  const words = text.trim().toLowerCase();
  const replaced = new Set(own.map((spec) => spec.id));
  const shown = [...own, ...usual.filter((spec) => !replaced.has(spec.id))].filter((spec) =>
    specTitle(spec).toLowerCase().includes(words),
  );
  const save = (spec: ChartSpec) => {
    const isKnown = own.some((each) => each.id === spec.id);
    setOwn(isKnown ? own.map((each) => (each.id === spec.id ? spec : each)) : [spec, ...own]);
  };
  if (metrics.length === 0)
    return (
      <Empty title="Nothing to draw yet">
        None of these runs has logged a number. Charts appear here as soon as one does.
      </Empty>
    );
  return (
    <>
      <div className="metrics-bar">
        <SearchBox
          placeholder="Find a chart"
          aria-label="Find a chart"
          value={text}
          onChange={(_, { value }) => setText(value)}
        />
        <Button
          appearance="primary"
          icon={<AddRegular />}
          data-testid="add-chart"
          onClick={() => edit(newSpec({ id: `own.${Date.now()}`, metrics: metrics.slice(0, 1) }))}
        >
          Chart
        </Button>
        <span className="topbar-gap" />
        <SmoothingSlider value={smoothing} change={setSmoothing} />
      </div>
      <div className="cards cards-wide">
        {shown.map((spec) => (
          <CompareCard
            key={spec.id}
            spec={spec}
            runs={runs}
            summaries={summaries}
            smoothing={smoothing}
            edit={() => edit(spec)}
            remove={replaced.has(spec.id) ? () => setOwn(own.filter((each) => each.id !== spec.id)) : null}
          />
        ))}
      </div>
      {edited !== null && (
        <ChartEditor spec={edited} metrics={metrics} runs={runs} save={save} close={() => edit(null)} />
      )}
    </>
  );
}
