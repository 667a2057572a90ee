/** Predicted over true values: the average of each bin, its error, where a perfect model would be, and how many there are. */

import { useMemo, useState } from "react";
import { grouped } from "@/parts/format";
import { predictions as texts } from "@/texts/charts";
import type { PlotLine, Range } from "./lines";
import { PlotFrame } from "./PlotFrame";
import type { Predictions } from "./payloads";

export function PredictionsChart(props: Predictions & { name: string }) {
  const { edges, centres, averages, errors, counts, name } = props;
  const [range, zoom] = useState<Range | null>(null);
  const lines = useMemo((): PlotLine[] => {
    const shifted = (sign: number) =>
      averages.map((average, index) => (average === null ? null : average + sign * (errors[index] ?? 0)));
    return [
      { label: texts.below, index: 0, xs: centres, ys: shifted(-1), role: "low" },
      { label: texts.above, index: 0, xs: centres, ys: shifted(1), role: "high" },
      { label: texts.average, index: 0, xs: centres, ys: averages },
      { label: texts.ideal, index: 1, xs: centres, ys: centres, role: "guide" },
    ];
  }, [centres, averages, errors]);
  return (
    <>
      <PlotFrame
        name={name}
        x={texts.x}
        lines={lines}
        xKind="number"
        range={range}
        zoom={zoom}
        height={counts.length > 0 ? 232 : 288}
        label={texts.label(name)}
        note={`${texts.axes} · - - ${texts.ideal}`}
      />
      {counts.length > 0 && range === null && <BinCounts edges={edges} counts={counts} />}
    </>
  );
}

/** Small bars below the plot: how many true values each bin has. */
function BinCounts({ edges, counts }: Pick<Predictions, "edges" | "counts">) {
  const most = Math.max(1, ...counts);
  return (
    <div className="bin-counts" role="img" aria-label={`${texts.histogram}: ${counts.map(grouped).join(", ")}`}>
      {counts.map((count, index) => (
        <i key={edges[index]} style={{ height: `${(count / most) * 100}%` }} title={grouped(count)} />
      ))}
    </div>
  );
}
