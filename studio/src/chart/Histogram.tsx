/** Counts of bins as bars, with the normal distribution of the same mean and spread; the numbers are in a table, too. */

import { useMemo } from "react";
import { formatNumber, grouped } from "@/parts/format";
import { residuals as texts } from "@/texts/charts";
import type { Residuals } from "./payloads";
import { ValuesButton } from "./ValuesButton";

const WIDTH = 420;
const HEIGHT = 240;
const FOOT = 18;

type Moments = { mean: number; deviation: number; total: number };

/** Mean and standard deviation of what the bins hold, each value taken for the middle of its bin. */
export function momentsOf({ edges, counts }: Residuals): Moments {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const middles = counts.map((_, index) => ((edges[index] ?? 0) + (edges[index + 1] ?? 0)) / 2);
  if (total === 0) return { mean: 0, deviation: 0, total };
  const mean = middles.reduce((sum, middle, index) => sum + middle * (counts[index] ?? 0), 0) / total;
  const variance = middles.reduce((sum, middle, index) => sum + (middle - mean) ** 2 * (counts[index] ?? 0), 0) / total;
  return { mean, deviation: Math.sqrt(variance), total };
}

export function Histogram({ edges, counts, name }: Residuals & { name: string }) {
  const moments = useMemo(() => momentsOf({ edges, counts }), [edges, counts]);
  const bars = counts.map((count, index) => {
    const [from = 0, to = 0] = [edges[index], edges[index + 1]];
    return { count, from, to, title: texts.bar(formatNumber(from), formatNumber(to), grouped(count)) };
  });
  const lines = useMemo(
    () => [{ label: name, index: 0, xs: counts.map((_, index) => edges[index] ?? 0), ys: counts }],
    [name, counts, edges],
  );
  const told = texts.mean(formatNumber(moments.mean), formatNumber(moments.deviation));
  return (
    <figure className="histogram" role="group" aria-label={`${name}: ${texts.axes}; ${told}`}>
      <Bars bars={bars} low={edges[0] ?? 0} high={edges.at(-1) ?? 1} normal={normalPath({ edges, counts }, moments)} />
      <figcaption className="points-note">
        <span className="points-words" title={`${texts.axes} · - - ${texts.normal}`}>
          {told} · - - {texts.normal}
        </span>
        <ValuesButton name={name} x={name} xKind="number" lines={lines} />
      </figcaption>
    </figure>
  );
}

type Bar = { count: number; from: number; to: number; title: string };

function Bars({ bars, low, high, normal }: { bars: readonly Bar[]; low: number; high: number; normal: string }) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const left = (value: number) => ((value - low) / (high - low || 1)) * WIDTH;
  const hasZero = low < 0 && high > 0;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`} role="presentation">
      <text x={2} y={11}>
        {grouped(most)}
      </text>
      {bars.map(({ count, from, to, title }) => {
        const height = (count / most) * (HEIGHT - 16);
        const width = Math.max(0.5, left(to) - left(from) - 1);
        return (
          <rect key={from} x={left(from) + 0.5} width={width} y={HEIGHT - height} height={height}>
            <title>{title}</title>
          </rect>
        );
      })}
      <path d={normal} className="histogram-normal" />
      {hasZero && <line x1={left(0)} x2={left(0)} y1={14} y2={HEIGHT} />}
      <text x={2} y={HEIGHT + 14}>
        {formatNumber(low)}
      </text>
      {hasZero && (
        <text x={left(0)} y={HEIGHT + 14} textAnchor="middle">
          0
        </text>
      )}
      <text x={WIDTH - 2} y={HEIGHT + 14} textAnchor="end">
        {formatNumber(high)}
      </text>
    </svg>
  );
}

/** The normal distribution as an SVG path over the bars; empty where there is no spread. */
function normalPath({ edges, counts }: Residuals, { mean, deviation, total }: Moments): string {
  const low = edges[0] ?? 0;
  const high = edges.at(-1) ?? 1;
  if (deviation <= 0 || !(high > low)) return "";
  const most = Math.max(1, ...counts);
  const binWidth = (high - low) / counts.length;
  const spots = Array.from({ length: 101 }, (_, index) => {
    const value = low + ((high - low) * index) / 100;
    const density = Math.exp(-(((value - mean) / deviation) ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI));
    const top = HEIGHT - ((density * total * binWidth) / most) * (HEIGHT - 16);
    return `${((index / 100) * WIDTH).toFixed(1)} ${Math.max(0, top).toFixed(1)}`;
  });
  return `M${spots.join("L")}`;
}
