/** One value per run and metric, over another value of the run. */

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useWorkspace } from "@/api/live";
import { queryTable } from "@/api/runs";
import type { Column } from "@/api/types";
import { LineLegend } from "@/chart/LineLegend";
import type { PlotLine, Range } from "@/chart/lines";
import { Plot } from "@/chart/Plot";
import { columnTitle } from "@/pages/table/columns";
import { plural } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import type { ChartProps } from "./CompareLines";
import { pointLines, seriesFor, specTitle } from "./charts";

export function ComparePoints({ spec, runs, summaries, height }: ChartProps) {
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
        height={height}
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
