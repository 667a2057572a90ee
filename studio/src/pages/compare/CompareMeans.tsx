/** Runs drawn together: the mean of all, or of those with one value each, with what lies around it. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { askBands, type Band, type BandQuery } from "@/api/charts";
import { useWorkspace } from "@/api/live";
import { xTitle } from "@/chart/kinds";
import type { PlotLine } from "@/chart/lines";
import { PlotFrame } from "@/chart/PlotFrame";
import { useZoom } from "@/chart/zooms";
import { useRoughWidth } from "@/parts/measures";
import { Problem } from "@/parts/Problem";
import { drawn as texts } from "@/texts/compare";
import { type ChartProps, KINDS } from "./CompareLines";
import { bandLines } from "./lines";
import { useMeantRuns } from "./runs";
import { type Metric, metricTitle, seriesFor, tileTitle } from "./tiles";
import { grouped } from "./values";

const MOST_BANDS = 20;

const runsWith = (bands: readonly { band: Band; of: string }[], { metric }: Metric): number =>
  bands.filter(({ of }) => of === metric).reduce((sum, { band }) => sum + band.runs, 0);

type Asked = { name: string; band: BandQuery };

export function CompareMeans({ tile, runs: drawn, summaries, smoothing, height, population }: ChartProps) {
  const workspace = useWorkspace();
  const frame = useRef<HTMLDivElement>(null);
  const width = useRoughWidth(frame);
  const [range, zoom] = useZoom(tile.x);
  const { grouping } = tile;
  const columns = useMemo(() => (typeof grouping === "string" ? [] : [grouping]), [grouping]);
  const meant = useMeantRuns(drawn, population, columns);
  const { rows, isThere, error } = meant;
  const asked = useMemo((): Asked[] => {
    if (!isThere) return [];
    const groups = columns.length === 0 ? [{ name: "", runs: rows.map(({ run }) => run) }] : grouped(rows);
    const bandOf = (metric: Metric, ids: string[]): BandQuery => ({
      run_ids: ids,
      name: metric.metric,
      column: metric.column,
      x: tile.x,
      from: range?.[0] ?? null,
      to: range?.[1] ?? null,
      pixels: width || 1,
    });
    return tile.metrics
      .flatMap((metric) =>
        groups.map((group) => ({
          name: [metricTitle(metric), group.name].filter(Boolean).join(" · "),
          band: bandOf(
            metric,
            group.runs.map(({ run }) => run.run_id),
          ),
        })),
      )
      .slice(0, MOST_BANDS);
  }, [columns, isThere, rows, tile, range, width]);
  // More values make the same question a new one.
  const counts = drawn.map(({ run }) =>
    tile.metrics.map((metric) => seriesFor(summaries[run.run_id], metric)?.count ?? 0),
  );
  const answer = useQuery({
    queryKey: ["bands", workspace, asked, counts],
    queryFn: async ({ signal }) => {
      const bands = await askBands(
        workspace,
        asked.map(({ band }) => band),
        signal,
      );
      return bands.map((band, index) => ({ band, name: asked[index]?.name ?? "", of: asked[index]?.band.name ?? "" }));
    },
    enabled: width > 0 && asked.length > 0,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 20_000,
  });
  const lines = useMemo(
    (): PlotLine[] =>
      (answer.data ?? []).flatMap(({ band, name }, index) => bandLines(name, index, band, tile.band, smoothing)),
    [answer.data, tile.band, smoothing],
  );
  const total = answer.data?.reduce((sum, { band }) => sum + band.total, 0) ?? 0;
  // Runs without the metric are in no mean.
  const count = Math.max(0, ...tile.metrics.map((metric) => runsWith(answer.data ?? [], metric)));
  const kind = answer.data?.[0]?.band.x_kind;
  const x = xTitle(kind === "index" ? "index" : tile.x);
  return (
    <div ref={frame} className="series-chart" aria-busy={answer.isPending && asked.length > 0}>
      {(error ?? answer.error) !== null && <Problem error={error ?? answer.error} />}
      <PlotFrame
        name={tileTitle(tile)}
        x={x}
        lines={lines}
        xKind={KINDS[tile.x] ?? "number"}
        logX={tile.logX && tile.x !== "time" && tile.x !== "elapsed"}
        logY={tile.logY}
        together={tile.x}
        range={range}
        zoom={zoom}
        height={height}
        label={texts.ofRuns(tileTitle(tile), count)}
        note={answer.data ? `${texts.meanOf(count, meant.total, total)} · ${texts.over(x)}` : ""}
        withLegend
      />
    </div>
  );
}
