/** One chart over several runs. */

import { Button } from "@fluentui/react-components";
import { DeleteRegular, EditRegular } from "@fluentui/react-icons";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useWorkspace } from "@/api/live";
import { pointsOptions } from "@/api/metrics";
import { queryTable } from "@/api/runs";
import type { Column, Series } from "@/api/types";
import { xTitle } from "@/chart/kinds";
import { LineLegend } from "@/chart/LineLegend";
import type { PlotLine, Range, XKind } from "@/chart/lines";
import { Plot } from "@/chart/Plot";
import { curveOf } from "@/chart/points";
import { columnTitle } from "@/pages/table/columns";
import { grouped, plural } from "@/parts/format";
import { useKept } from "@/parts/kept";
import { useNearView, useRoughWidth } from "@/parts/measures";
import { Problem } from "@/parts/Problem";
import type { ComparedRun } from "./ComparePanel";
import { type ChartSpec, comparedLines, type Metric, pointLines, seriesFor, specTitle } from "./charts";

type Props = {
  spec: ChartSpec;
  runs: readonly ComparedRun[];
  summaries: Record<string, Series[]>;
  smoothing: number;
  edit: () => void;
  remove: (() => void) | null;
};

const CHART_PX = 236;

export function CompareCard(props: Props) {
  const { spec, edit, remove } = props;
  const card = useRef<HTMLElement>(null);
  const isNear = useNearView(card);
  const title = specTitle(spec);
  return (
    <article ref={card} className="card compare-card" aria-label={title} data-testid="compare-chart">
      <header className="card-head">
        <h2 title={title}>{title}</h2>
        <Button
          size="small"
          appearance="subtle"
          icon={<EditRegular />}
          aria-label={`Change the chart ${title}`}
          title="Change the chart"
          onClick={edit}
        />
        {remove && (
          <Button
            size="small"
            appearance="subtle"
            icon={<DeleteRegular />}
            aria-label={`Remove the chart ${title}`}
            title="Remove the chart"
            onClick={remove}
          />
        )}
      </header>
      <div className="card-body">
        {isNear && (spec.kind === "lines" ? <LinesOfRuns {...props} /> : <PointsOfRuns {...props} />)}
      </div>
    </article>
  );
}

type Wanted = ComparedRun & { metric: Metric; series: Series };

function LinesOfRuns({ spec, runs, summaries, smoothing }: Props) {
  const workspace = useWorkspace();
  const frame = useRef<HTMLDivElement>(null);
  const width = useRoughWidth(frame);
  const [range, zoom] = useState<Range | null>(null);
  const wanted = useMemo(
    () =>
      runs.flatMap(({ run, position }) =>
        spec.metrics.flatMap((metric): Wanted[] => {
          const series = seriesFor(summaries[run.run_id], metric);
          return series ? [{ run, position, metric, series }] : [];
        }),
      ),
    [runs, spec.metrics, summaries],
  );
  const answers = useQueries({
    queries: wanted.map(({ run, metric, series }) => ({
      ...pointsOptions(
        workspace,
        run.run_id,
        {
          name: metric.metric,
          column: metric.column,
          ...xOf(spec, series, run.started_at, range),
          pixels: width || 600,
        },
        series.count,
      ),
      enabled: width > 0,
    })),
    combine: (results) => ({
      points: results.map((result) => result.data),
      error: results.find((result) => result.isLoadingError)?.error ?? null,
    }),
  });
  const points = useKept(
    wanted.map(({ run, metric }) => JSON.stringify([spec.x, run.run_id, metric])),
    answers.points,
  );
  const lines = useMemo(() => {
    const drawn = wanted.flatMap(({ run, position, metric }, index) => {
      const found = points[index];
      return found ? [{ run, position, metric, curve: curveOf(found.x, found.y) }] : [];
    });
    return comparedLines(spec, drawn, smoothing);
  }, [wanted, points, spec, smoothing]);
  const shown = points.reduce((sum, each) => sum + (each?.shown ?? 0), 0);
  const total = points.reduce((sum, each) => sum + (each?.total ?? 0), 0);
  return (
    <div ref={frame} className="series-chart">
      {answers.error !== null && <Problem error={answers.error} />}
      <Plot
        lines={lines}
        xKind={KINDS[spec.x] ?? "number"}
        logY={spec.logY}
        range={range}
        zoom={zoom}
        height={CHART_PX}
        label={`${specTitle(spec)} of ${plural(runs.length, "run")}`}
      />
      <p className="points-note">
        <span>
          {shown < total ? `${grouped(shown)} of ${grouped(total)} points, all extremes` : plural(total, "point")} ·
          over {xTitle(spec.x)}
        </span>
        {range !== null && (
          <Button size="small" appearance="transparent" onClick={() => zoom(null)}>
            Show all
          </Button>
        )}
      </p>
      {(spec.metrics.length > 1 || spec.isSpread) && <LineLegend lines={lines} />}
    </div>
  );
}

const KINDS: Record<string, XKind> = { time: "time", elapsed: "elapsed", step: "whole", index: "whole" };

/** What the server is asked to put on x, and which part; a series without steps is shown by position. */
function xOf(spec: ChartSpec, series: Series, startedAt: string | null, range: Range | null) {
  const x = spec.x === "elapsed" ? "time" : spec.x === "step" && series.low_step === null ? "index" : spec.x;
  if (range === null) return { x };
  const shift = spec.x === "elapsed" && startedAt !== null ? Date.parse(startedAt) : 0;
  return { x, from: range[0] + shift, to: range[1] + shift };
}

function PointsOfRuns({ spec, runs, summaries }: Props) {
  const workspace = useWorkspace();
  const [range, zoom] = useState<Range | null>(null);
  const ids = runs.map(({ run }) => run.run_id);
  const columns: Column[] = [
    spec.against ?? { field: "number" },
    ...spec.metrics.map(({ metric, column }) => ({ metric, of: spec.of, column })),
  ];
  const counts = ids.map((id) => spec.metrics.map((metric) => seriesFor(summaries[id], metric)?.count ?? 0));
  const answer = useQuery({
    queryKey: ["compare-points", workspace, ids, columns, counts],
    queryFn: ({ signal }) => {
      const filter = { column: { field: "run_id" }, op: "in" as const, value: ids };
      return queryTable(
        workspace,
        { columns, filter, limit: Math.max(1, ids.length), offset: 0, include_children: true },
        signal,
      );
    },
    enabled: ids.length > 0,
    placeholderData: (before) => before,
  });
  const lines = useMemo((): PlotLine[] => {
    const byId = new Map(answer.data?.rows.map((row) => [row.run.run_id, row.values]));
    const rows = runs.map(({ run, position }) => {
      const [x, ...ys] = byId.get(run.run_id) ?? [];
      return { position, x, ys };
    });
    return pointLines(spec, rows);
  }, [answer.data, runs, spec]);
  return (
    <div className="series-chart">
      {answer.isLoadingError && <Problem error={answer.error} />}
      <Plot
        lines={lines}
        xKind={spec.against === null ? "whole" : "number"}
        logY={spec.logY}
        range={range}
        zoom={zoom}
        height={CHART_PX}
        label={`${specTitle(spec)} of ${plural(runs.length, "run")}`}
      />
      <p className="points-note">
        {plural(lines[0]?.xs.length ?? 0, "run")} · over{" "}
        {spec.against ? columnTitle(spec.against) : "the number of the run on the left"}
      </p>
      {spec.metrics.length > 1 && <LineLegend lines={lines} />}
    </div>
  );
}
