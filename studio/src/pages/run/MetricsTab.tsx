/** The metrics of a run: a card each, in sections by the prefix of their names. Only cards in view exist. */

import { Spinner } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { useCallback, useMemo } from "react";
import { useWorkspace } from "@/api/live";
import { exportAddress, useSeries } from "@/api/metrics";
import type { Run, Series } from "@/api/types";
import { ChartBar } from "@/chart/ChartBar";
import { usualLook } from "@/chart/kinds";
import { SectionHead } from "@/chart/SectionHead";
import { type CardSettings, SeriesCard } from "@/chart/SeriesCard";
import { Shelf, type ShelfSection } from "@/chart/Shelf";
import { fits, sectionKey, sectionsOf } from "@/chart/sections";
import { smoothingOf } from "@/chart/smoothing";
import { SharedZoom } from "@/chart/zooms";
import { CopyText } from "@/parts/CopyText";
import { listOf, listText } from "@/parts/compact";
import { Empty } from "@/parts/Empty";
import { Problem } from "@/parts/Problem";
import { useViewParameters } from "@/parts/parameters";
import { isFinal } from "@/parts/Status";
import { charts, metricsTab as texts } from "@/texts/charts";
import { cardsOf, cardsText, METRIC_PARAMETERS, withCard } from "./metrics/cards";
import "@/chart/chart.css";

const PASSING = ["find", "zoom"] as const;

export default function MetricsTab({ run }: { run: Run }) {
  const series = useSeries(run.run_id);
  const storage = `metrics.${run.workspace}.${run.experiment}`;
  const [view, change] = useViewParameters(METRIC_PARAMETERS, storage, PASSING);
  const cards = useMemo(() => cardsOf(view.cards), [view.cards]);
  const metrics = useMemo(() => series.data?.filter((each) => each.kind !== "image"), [series.data]);
  const shown = useMemo(() => metrics?.filter((each) => fits(each.name, view.find ?? "")) ?? [], [metrics, view.find]);
  const sections = useSections(shown, view.closed, (closed) => change({ closed }));
  const setZoom = useCallback((zoom: string | null) => change({ zoom }), [change]);
  if (series.isLoadingError) return <Problem error={series.error} retry={() => void series.refetch()} />;
  if (!metrics) return <Spinner className="page-wait" label={texts.loading} delay={300} />;
  if (metrics.length === 0) return <NoMetrics run={run} />;
  const setCard = (name: string, settings: CardSettings) =>
    change({ cards: cardsText(withCard(cards, name, settings)) });
  return (
    <>
      <ChartBar label={texts.find} view={view} change={change} axes={charts.axes} actions={<DownloadAll run={run} />}>
        <span className="quiet" data-testid="metric-count">
          {texts.count(shown.length, metrics.length)}
        </span>
      </ChartBar>
      {shown.length === 0 ? (
        <Empty title={texts.noneFits}>{texts.noneFitsHint}</Empty>
      ) : (
        <SharedZoom text={view.zoom} change={setZoom}>
          <Shelf
            label={texts.others}
            testId="metric-cards"
            sections={sections}
            keyOf={(each) => each.name}
            card={(each) => (
              <SeriesCard
                runId={run.run_id}
                series={each}
                settings={cards.get(each.name) ?? NO_SETTINGS}
                change={(next) => setCard(each.name, next)}
                x={view.x}
                smoothing={smoothingOf(view.smooth)}
              />
            )}
          />
        </SharedZoom>
      )}
    </>
  );
}

const NO_SETTINGS: CardSettings = {};
const SIZES = {
  singles: { cardPx: 116, leastPx: 200 },
  lines: { cardPx: 304, leastPx: 320 },
  artifacts: { cardPx: 400, leastPx: 420 },
};

const isArtifact = (series: Series) => series.artifacts !== null;

/** Single values first, then what is drawn, section by section; larger cards for what was logged as a whole chart. */
function useSections(
  shown: readonly Series[],
  closedText: string | null,
  setClosed: (closed: string | null) => void,
): ShelfSection<Series>[] {
  const closed = useMemo(() => new Set(listOf(closedText)), [closedText]);
  const singles = shown.filter((each) => usualLook(each) === "tile");
  const artifacts = shown.filter(isArtifact);
  const lines = shown.filter((each) => usualLook(each) !== "tile" && !isArtifact(each));
  const toggle = (key: string) => {
    const next = new Set(closed);
    if (!next.delete(key)) next.add(key);
    setClosed(listText([...next]));
  };
  const section = (key: string, title: string, items: readonly Series[], size: (typeof SIZES)["lines"]) => ({
    key,
    items,
    isOpen: !closed.has(key),
    head: <SectionHead title={title} count={items.length} isOpen={!closed.has(key)} toggle={() => toggle(key)} />,
    ...size,
  });
  return [
    section("=", texts.singles, singles, SIZES.singles),
    ...sectionsOf(lines, (each) => each.name).map(({ name, items }) =>
      section(sectionKey(name), name || texts.others, items, SIZES.lines),
    ),
    section("+", texts.whole, artifacts, SIZES.artifacts),
  ].filter(({ items }) => items.length > 0);
}

function DownloadAll({ run }: { run: Run }) {
  const workspace = useWorkspace();
  return (
    <a className="bar-link" href={exportAddress(workspace, run.run_id, "", "csv")} download>
      <ArrowDownloadRegular aria-hidden="true" /> {texts.downloadAll}
    </a>
  );
}

function NoMetrics({ run }: { run: Run }) {
  return (
    <Empty title={isFinal(run.status) ? texts.noneLogged : texts.noneYet}>
      <p>{texts.noneHint}</p>
      <CopyText text={'from azureml.core import Run\n\nrun = Run.get_context()\nrun.log("loss", 0.25)'} />
    </Empty>
  );
}
