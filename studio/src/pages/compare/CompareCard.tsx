/** One chart over several runs: what it shows is asked for when it comes into view. */

import { MenuItem, Spinner } from "@fluentui/react-components";
import { AddRegular, EditRegular, ReOrderDotsVerticalRegular } from "@fluentui/react-icons";
import { type DragEvent, type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { useSummaries } from "@/api/metrics";
import { IconButton } from "@/parts/IconButton";
import { MoreMenu } from "@/parts/MoreMenu";
import { useNearView } from "@/parts/measures";
import { Problem } from "@/parts/Problem";
import { charts } from "@/texts/charts";
import { drawn, dashboard as texts } from "@/texts/compare";
import { ColorKey } from "./ColorKey";
import { CompareBars } from "./CompareBars";
import { type ChartProps, CompareLines } from "./CompareLines";
import { CompareMeans } from "./CompareMeans";
import type { ComparedRun } from "./ComparePanel";
import { CompareParallel } from "./CompareParallel";
import { CompareScatter } from "./CompareScatter";
import { useColoring } from "./colors";
import type { Population } from "./runs";
import { metricsOf, seriesFor, type Tile, tileTitle } from "./tiles";

export type CardActions = {
  edit: () => void;
  copy: () => void;
  move: (by: -1 | 1) => void;
  widen: () => void;
  remove: () => void;
  /** Another one was dropped here. */
  drop: (id: string, isAfter: boolean) => void;
};

type Props = {
  tile: Tile;
  runs: readonly ComparedRun[];
  smoothing: number;
  population: Population | null;
  /** Of one's own chart: what can be done with it; else how to make it one. */
  actions: CardActions | null;
  keep: () => void;
};

export const CARD_PX = 336;
const CHART_PX = 244;
const KEY_PX = 22;
/** What a dragged chart carries: its id. */
export const DRAGGED = "application/x-runstead-chart";

export function CompareCard({ tile, runs, smoothing, population, actions, keep }: Props) {
  const card = useRef<HTMLElement>(null);
  const isNear = useNearView(card);
  const title = tileTitle(tile);
  const { side, ...target } = useDropTarget(actions);
  return (
    <article
      ref={card}
      className={`card compare-card ${side ? `drop-${side}` : ""}`}
      aria-label={title}
      data-testid="compare-chart"
      {...target}
    >
      <div
        className="card-head"
        role="group"
        draggable={actions !== null}
        onDragStart={(event) => {
          event.dataTransfer.setData(DRAGGED, tile.id);
          if (card.current) event.dataTransfer.setDragImage(card.current, 20, 20);
        }}
      >
        {actions && <MoveHandle id={tile.id} title={title} move={actions.move} />}
        <h2 title={title}>{title}</h2>
        {actions ? (
          <OwnActions tile={tile} title={title} actions={actions} />
        ) : (
          <IconButton icon={<AddRegular />} label={texts.keep(title)} tip={texts.keepShort} onClick={keep} />
        )}
      </div>
      <div className="card-body">
        {isNear && <CardBody tile={tile} runs={runs} smoothing={smoothing} population={population} />}
      </div>
    </article>
  );
}

/** Takes a chart that is dropped on the left or right half; `side`: where it would go. */
function useDropTarget(actions: CardActions | null) {
  const [side, setSide] = useState<"before" | "after" | null>(null);
  const sideOf = ({ currentTarget, clientX }: DragEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return clientX > left + width / 2 ? "after" : "before";
  };
  if (actions === null) return { side };
  return {
    side,
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes(DRAGGED)) return;
      event.preventDefault();
      setSide(sideOf(event));
    },
    onDragLeave: (event: DragEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setSide(null);
    },
    onDrop: (event: DragEvent) => {
      const id = event.dataTransfer.getData(DRAGGED);
      setSide(null);
      if (id) actions.drop(id, sideOf(event) === "after");
    },
  };
}

const STEPS: Readonly<Record<string, -1 | 1>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

function MoveHandle({ id, title, move }: { id: string; title: string; move: CardActions["move"] }) {
  const pressed = (event: KeyboardEvent) => {
    const by = STEPS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    move(by);
  };
  return (
    <IconButton
      icon={<ReOrderDotsVerticalRegular />}
      label={texts.move(title)}
      tip={texts.moveTip}
      className="move-handle"
      data-tile={id}
      onKeyDown={pressed}
    />
  );
}

function OwnActions({ tile, title, actions }: { tile: Tile; title: string; actions: CardActions }) {
  return (
    <>
      <IconButton icon={<EditRegular />} label={texts.change(title)} tip={texts.edit} onClick={actions.edit} />
      <MoreMenu label={texts.more(title)}>
        <MenuItem onClick={() => actions.move(-1)}>{texts.left}</MenuItem>
        <MenuItem onClick={() => actions.move(1)}>{texts.right}</MenuItem>
        <MenuItem onClick={actions.widen}>{tile.isWide ? texts.narrow : texts.widen}</MenuItem>
        <MenuItem onClick={actions.copy}>{texts.copy}</MenuItem>
        <MenuItem onClick={actions.remove}>{texts.remove}</MenuItem>
      </MoreMenu>
    </>
  );
}

function CardBody({ tile, runs, smoothing, population }: Omit<Props, "actions" | "keep">): ReactNode {
  const ids = useMemo(() => runs.map(({ run }) => run.run_id), [runs]);
  const names = useMemo(() => [...new Set(metricsOf(tile).map(({ metric }) => metric))].sort(), [tile]);
  const summaries = useSummaries(tile.kind === "lines" ? ids : [], names);
  const coloring = useColoring(tile, runs);
  const height = CHART_PX - (coloring.key.length > 0 ? KEY_PX : 0);
  const chart = { tile, runs, smoothing, population, coloring, height, summaries: summaries.data ?? {} };
  if (summaries.isLoadingError) return <Problem error={summaries.error} retry={() => void summaries.refetch()} />;
  if (tile.kind === "lines") {
    const known = summaries.data;
    if (!known) return <Spinner size="small" label={charts.loading} delay={300} />;
    if (!runs.some(({ run }) => tile.metrics.some((metric) => seriesFor(known[run.run_id], metric))))
      return <p className="points-note">{drawn.noneOf}</p>;
  }
  const Chart = chartOf(tile);
  return (
    <>
      <Chart {...chart} />
      <ColorKey tile={tile} coloring={coloring} />
    </>
  );
}

function chartOf({ kind, grouping }: Tile): (props: ChartProps) => ReactNode {
  if (kind === "lines") return grouping === "each" ? CompareLines : CompareMeans;
  if (kind === "scatter") return CompareScatter;
  return kind === "parallel" ? CompareParallel : CompareBars;
}
