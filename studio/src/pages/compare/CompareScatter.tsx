/** One value per run and metric, over another value of the run: a dot each. */

import { useMemo, useState } from "react";
import type { Column } from "@/api/types";
import type { PlotLine, Range } from "@/chart/lines";
import { PlotFrame } from "@/chart/PlotFrame";
import { columnTitle } from "@/pages/table/columns";
import { Problem } from "@/parts/Problem";
import { drawn as texts } from "@/texts/compare";
import type { ChartProps } from "./CompareLines";
import type { Coloring } from "./colors";
import { type Tile, tileTitle, valuesOf } from "./tiles";
import { placeOf, type RunValues, useRunValues } from "./values";

export function CompareScatter({ tile, runs, coloring, height }: ChartProps) {
  const [range, zoom] = useState<Range | null>(null);
  const against: Column = tile.against ?? { field: "number" };
  const values = valuesOf(tile);
  const columns = [against, ...values];
  const { rows, error } = useRunValues(runs, columns);
  const lines = useMemo(() => dotLines(tile, rows, coloring.paintOf), [tile, rows, coloring]);
  const shown = new Set(lines.flatMap((line) => line.xs.map((_, index) => `${line.index} ${index}`))).size;
  return (
    <div className="series-chart">
      {error !== null && <Problem error={error} />}
      <PlotFrame
        name={tileTitle(tile)}
        x={columnTitle(against)}
        lines={lines}
        xKind="number"
        logX={tile.logX}
        logY={tile.logY}
        range={range}
        zoom={zoom}
        height={height}
        label={texts.ofRuns(tileTitle(tile), runs.length)}
        note={`${texts.withValue(shown / Math.max(1, values.length), runs.length)} · ${texts.over(columnTitle(against))}`}
        withLegend={values.length > 1}
      />
    </div>
  );
}

/** With one value on y a dot in the colour of its run, else in that of the value. Runs without a number on x are left out. */
export function dotLines(
  tile: Tile,
  rows: readonly RunValues[],
  paintOf: Coloring["paintOf"] = () => undefined,
): PlotLine[] {
  const spots = rows.flatMap(({ run, values: [x, ...ys] }) => {
    const place = placeOf(x);
    return place === null || !Number.isFinite(place) ? [] : [{ run, x: place, ys: ys.map(placeOf) }];
  });
  const line = (label: string, index: number, nth: number, some: typeof spots): PlotLine => {
    const kept = some.filter(({ ys }) => ys[nth] !== null && ys[nth] !== undefined).sort((a, b) => a.x - b.x);
    const value = (ys: readonly (number | null)[]) => ys[nth] as number;
    return {
      label,
      index,
      role: "dots",
      xs: kept.map(({ x }) => x),
      ys: kept.map(({ ys }) => (Number.isFinite(value(ys)) ? value(ys) : null)),
      infinite: kept
        .filter(({ ys }) => Math.abs(value(ys)) === Number.POSITIVE_INFINITY)
        .map(({ x, ys }) => ({ x, sign: value(ys) > 0 ? 1 : -1 })),
      nans: kept.filter(({ ys }) => Number.isNaN(value(ys))).map(({ x }) => x),
    };
  };
  const values = valuesOf(tile);
  if (values.length === 1)
    return spots
      .map((spot) => ({
        ...line(spot.run.run.display_name, spot.run.position, 0, [spot]),
        paint: paintOf(spot.run.run.run_id),
      }))
      .filter(({ xs }) => xs.length > 0);
  return values.map((column, nth) => line(columnTitle(column), nth, nth, spots));
}
