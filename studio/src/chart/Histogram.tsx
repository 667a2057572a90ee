/** Counts of bins as bars; the numbers are in their titles and in a table for those who do not see bars. */

import { formatNumber, grouped } from "@/parts/format";
import type { Residuals } from "./payloads";

const WIDTH = 360;
const HEIGHT = 190;
const FOOT = 18;

export function Histogram({ edges, counts, name }: Residuals & { name: string }) {
  const low = edges[0] ?? 0;
  const high = edges.at(-1) ?? 1;
  const most = Math.max(1, ...counts);
  const left = (value: number) => ((value - low) / (high - low || 1)) * WIDTH;
  const bars = counts.map((count, index) => {
    const from = edges[index] ?? 0;
    const to = edges[index + 1] ?? from;
    return { count, from, to, title: `${formatNumber(from)} to ${formatNumber(to)}: ${grouped(count)}` };
  });
  return (
    <figure className="histogram" aria-label={`${name}: ${bars.map((bar) => bar.title).join("; ")}`}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`} role="presentation">
        {bars.map(({ count, from, to, title }) => {
          const height = (count / most) * (HEIGHT - 8);
          return (
            <rect
              key={from}
              x={left(from) + 0.5}
              width={Math.max(0.5, left(to) - left(from) - 1)}
              y={HEIGHT - height}
              height={height}
            >
              <title>{title}</title>
            </rect>
          );
        })}
        {low < 0 && high > 0 && <line x1={left(0)} x2={left(0)} y1={0} y2={HEIGHT} />}
        <text x={2} y={HEIGHT + 14}>
          {formatNumber(low)}
        </text>
        {low < 0 && high > 0 && (
          <text x={left(0)} y={HEIGHT + 14} textAnchor="middle">
            0
          </text>
        )}
        <text x={WIDTH - 2} y={HEIGHT + 14} textAnchor="end">
          {formatNumber(high)}
        </text>
      </svg>
    </figure>
  );
}
