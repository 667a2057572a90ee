/** One chart over several runs: what it shows is asked for when it comes into view. */

import { MenuItem, Spinner } from "@fluentui/react-components";
import { AddRegular, EditRegular } from "@fluentui/react-icons";
import { type ReactNode, useMemo, useRef } from "react";
import { useSummaries } from "@/api/metrics";
import { IconButton } from "@/parts/IconButton";
import { MoreMenu } from "@/parts/MoreMenu";
import { useNearView } from "@/parts/measures";
import { Problem } from "@/parts/Problem";
import { charts } from "@/texts/charts";
import { drawn, dashboard as texts } from "@/texts/compare";
import { CompareBars } from "./CompareBars";
import { type ChartProps, CompareLines } from "./CompareLines";
import { CompareMeans } from "./CompareMeans";
import type { ComparedRun } from "./ComparePanel";
import { CompareParallel } from "./CompareParallel";
import { CompareScatter } from "./CompareScatter";
import { metricsOf, seriesFor, type Tile, tileTitle } from "./tiles";

export type CardActions = {
  edit: () => void;
  copy: () => void;
  move: (by: -1 | 1) => void;
  remove: () => void;
};

type Props = {
  tile: Tile;
  runs: readonly ComparedRun[];
  smoothing: number;
  /** Of one's own chart: what can be done with it; else how to make it one. */
  actions: CardActions | null;
  keep: () => void;
};

export const CARD_PX = 336;
const CHART_PX = 244;

export function CompareCard({ tile, runs, smoothing, actions, keep }: Props) {
  const card = useRef<HTMLElement>(null);
  const isNear = useNearView(card);
  const title = tileTitle(tile);
  return (
    <article ref={card} className="card compare-card" aria-label={title} data-testid="compare-chart">
      <header className="card-head">
        <h2 title={title}>{title}</h2>
        {actions ? (
          <OwnActions title={title} actions={actions} />
        ) : (
          <IconButton icon={<AddRegular />} label={texts.keep(title)} tip={texts.keepShort} onClick={keep} />
        )}
      </header>
      <div className="card-body">{isNear && <CardBody tile={tile} runs={runs} smoothing={smoothing} />}</div>
    </article>
  );
}

function OwnActions({ title, actions }: { title: string; actions: CardActions }) {
  return (
    <>
      <IconButton icon={<EditRegular />} label={texts.change(title)} tip={texts.edit} onClick={actions.edit} />
      <MoreMenu label={texts.more(title)}>
        <MenuItem onClick={() => actions.move(-1)}>{texts.earlier}</MenuItem>
        <MenuItem onClick={() => actions.move(1)}>{texts.later}</MenuItem>
        <MenuItem onClick={actions.copy}>{texts.copy}</MenuItem>
        <MenuItem onClick={actions.remove}>{texts.remove}</MenuItem>
      </MoreMenu>
    </>
  );
}

function CardBody({ tile, runs, smoothing }: Pick<Props, "tile" | "runs" | "smoothing">): ReactNode {
  const ids = useMemo(() => runs.map(({ run }) => run.run_id), [runs]);
  const names = useMemo(() => [...new Set(metricsOf(tile).map(({ metric }) => metric))].sort(), [tile]);
  const summaries = useSummaries(tile.kind === "lines" ? ids : [], names);
  const chart = { tile, runs, smoothing, height: CHART_PX };
  if (tile.kind !== "lines") return <ValueChart {...chart} summaries={{}} />;
  if (summaries.isLoadingError) return <Problem error={summaries.error} retry={() => void summaries.refetch()} />;
  if (!summaries.data) return <Spinner size="small" label={charts.loading} delay={300} />;
  const known = summaries.data;
  if (!runs.some(({ run }) => tile.metrics.some((metric) => seriesFor(known[run.run_id], metric))))
    return <p className="points-note">{drawn.noneOf}</p>;
  return tile.grouping === "each" ? (
    <CompareLines {...chart} summaries={known} />
  ) : (
    <CompareMeans {...chart} summaries={known} />
  );
}

function ValueChart(props: ChartProps): ReactNode {
  if (props.tile.kind === "scatter") return <CompareScatter {...props} />;
  return props.tile.kind === "parallel" ? <CompareParallel {...props} /> : <CompareBars {...props} />;
}
