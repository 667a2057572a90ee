/** The metrics of a run: a card each, drawn when it comes into view. */

import { Dropdown, Field, Option, SearchBox, Spinner } from "@fluentui/react-components";
import { useState } from "react";
import { useSeries } from "@/api/metrics";
import type { Run } from "@/api/types";
import { usualLook } from "@/chart/kinds";
import { type CardSettings, SeriesCard } from "@/chart/SeriesCard";
import { SmoothingSlider } from "@/chart/SmoothingSlider";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { plural } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { usePersisted } from "@/parts/persisted";
import { isFinal } from "@/parts/Status";

type PageSettings = { x: string | null; smoothing: number };
const USUAL: PageSettings = { x: null, smoothing: 0 };
const NO_CARDS: Record<string, CardSettings> = {};
const X_TITLES: Record<string, string> = { step: "Step", index: "Position", time: "Time" };

export default function MetricsTab({ run }: { run: Run }) {
  const series = useSeries(run.run_id);
  const [text, setText] = useState("");
  const place = `${run.workspace}.${run.experiment}`;
  const [settings, setSettings] = usePersisted(`metrics.${place}`, USUAL);
  const [cards, setCards] = usePersisted(`cards.${place}`, NO_CARDS);
  if (series.isLoadingError) return <Problem error={series.error} retry={() => void series.refetch()} />;
  if (!series.data) return <Spinner className="page-wait" label="Loading the metrics" delay={300} />;
  const metrics = series.data.filter((each) => each.kind !== "image");
  if (metrics.length === 0) return <NoMetrics run={run} />;
  const words = text.trim().toLowerCase();
  const shown = metrics.filter((each) => each.name.toLowerCase().includes(words));
  const tiles = shown.filter((each) => usualLook(each) === "tile");
  const others = shown.filter((each) => usualLook(each) !== "tile");
  return (
    <>
      <div className="metrics-bar">
        <SearchBox
          placeholder="Find a metric"
          aria-label="Find a metric"
          value={text}
          onChange={(_, { value }) => setText(value)}
          input={{ "data-search": true } as object}
        />
        <span className="quiet">
          {shown.length < metrics.length ? `${shown.length} of ` : ""}
          {plural(metrics.length, "metric")}
        </span>
        <span className="topbar-gap" />
        <Field label="On x" orientation="horizontal">
          <Dropdown
            className="metrics-x"
            value={settings.x === null ? "Usual" : (X_TITLES[settings.x] ?? settings.x)}
            selectedOptions={[settings.x ?? ""]}
            onOptionSelect={(_, { optionValue }) => setSettings({ ...settings, x: optionValue || null })}
          >
            <Option value="" text="Usual">
              Usual
            </Option>
            {Object.entries(X_TITLES).map(([value, title]) => (
              <Option key={value} value={value} text={title}>
                {title}
              </Option>
            ))}
          </Dropdown>
        </Field>
        <SmoothingSlider value={settings.smoothing} change={(smoothing) => setSettings({ ...settings, smoothing })} />
      </div>
      {[tiles, others].map(
        (group) =>
          group.length > 0 && (
            <div
              key={group === tiles ? "tiles" : "cards"}
              className={group === tiles ? "tiles" : "cards"}
              data-testid="metric-cards"
            >
              {group.map((each) => (
                <SeriesCard
                  key={each.name}
                  runId={run.run_id}
                  series={each}
                  settings={cards[each.name] ?? {}}
                  change={(next) => setCards({ ...cards, [each.name]: next })}
                  x={settings.x}
                  smoothing={settings.smoothing}
                />
              ))}
            </div>
          ),
      )}
      {shown.length === 0 && <Empty title="No metric has that name">Take words out of the search to see more.</Empty>}
    </>
  );
}

function NoMetrics({ run }: { run: Run }) {
  return (
    <Empty title={isFinal(run.status) ? "This run logged no metrics" : "No metrics yet"}>
      <p>A metric appears here while the script runs, as soon as it is logged:</p>
      <CopyText text={'from azureml.core import Run\n\nrun = Run.get_context()\nrun.log("loss", 0.25)'} />
    </Empty>
  );
}
