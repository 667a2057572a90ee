/** Predicted over true values: the average of each bin, its error, and where a perfect model would be. */

import { useMemo, useState } from "react";
import { LineLegend } from "./LineLegend";
import type { PlotLine, Range } from "./lines";
import { Plot } from "./Plot";
import type { Predictions } from "./payloads";

export function PredictionsChart({ centres, averages, errors, name }: Predictions & { name: string }) {
  const [range, zoom] = useState<Range | null>(null);
  const lines = useMemo((): PlotLine[] => {
    const shifted = (sign: number) =>
      averages.map((average, index) => (average === null ? null : average + sign * (errors[index] ?? 0)));
    return [
      { label: "below by its error", index: 0, xs: centres, ys: shifted(-1), role: "low" },
      { label: "above by its error", index: 0, xs: centres, ys: shifted(1), role: "high" },
      { label: "predicted (average of the bin, ± its error)", index: 0, xs: centres, ys: averages },
      { label: "perfect", index: 1, xs: centres, ys: centres },
    ];
  }, [centres, averages, errors]);
  return (
    <>
      <Plot
        lines={lines}
        xKind="number"
        range={range}
        zoom={zoom}
        height={196}
        label={`${name}: predicted over true values`}
      />
      <LineLegend lines={lines} />
    </>
  );
}
