/** Curves of an accuracy table: ROC, precision–recall, gain, lift; a line per class. */

import { Tab, TabList } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import { LineLegend } from "./LineLegend";
import type { PlotLine, Range } from "./lines";
import { Plot } from "./Plot";
import { type AccuracyTable, RATE_CURVES, ratePoints } from "./payloads";

type CurveName = keyof typeof RATE_CURVES;

export function AccuracyChart({ table, name }: { table: AccuracyTable; name: string }) {
  const [shown, show] = useState<CurveName>("roc");
  const [range, zoom] = useState<Range | null>(null);
  const curve = RATE_CURVES[shown];
  const lines = useMemo((): PlotLine[] => {
    const ofPercentiles = shown === "gain" || shown === "lift";
    const tables = ofPercentiles && table.percentile.length > 0 ? table.percentile : table.probability;
    return tables.map((rows, index) => {
      const points = ratePoints(rows, RATE_CURVES[shown]);
      return {
        label: table.labels[index] ?? String(index),
        index,
        xs: points.map(([x]) => x),
        ys: points.map(([, y]) => y),
      };
    });
  }, [shown, table]);
  return (
    <>
      <TabList size="small" selectedValue={shown} onTabSelect={(_, { value }) => show(value as CurveName)}>
        {Object.entries(RATE_CURVES).map(([key, { title }]) => (
          <Tab key={key} value={key}>
            {title}
          </Tab>
        ))}
      </TabList>
      <Plot lines={lines} xKind="number" range={range} zoom={zoom} height={168} label={`${name}: ${curve.title}`} />
      <p className="points-note">
        {curve.y} over {curve.x}
      </p>
      {lines.length > 1 && <LineLegend lines={lines} />}
    </>
  );
}
