/** One value per run and metric as bars, in a table: what is seen is what is read. */

import type { Column } from "@/api/types";
import { lineColor } from "@/chart/palette";
import { formatCell, numberOf } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { drawn as texts } from "@/texts/compare";
import type { ChartProps } from "./CompareLines";
import { metricTitle, tileTitle } from "./tiles";
import { useRunValues } from "./values";

export function CompareBars({ tile, runs }: ChartProps) {
  const columns = tile.metrics.map(({ metric, column }): Column => ({ metric, of: tile.of, column }));
  const { rows, error } = useRunValues(runs, columns);
  // Each metric has a scale of its own: a loss and a count say nothing side by side.
  const shares = tile.metrics.map((_, index) => scaleOf(rows.map(({ values }) => numberOf(values[index]))));
  const shown = rows.filter(({ values }) => values.some((value) => value !== null && value !== undefined));
  return (
    <div className="bars" tabIndex={0} role="region" aria-label={texts.ofRuns(tileTitle(tile), runs.length)}>
      {error !== null && <Problem error={error} />}
      <table data-testid="bars">
        <thead className={tile.metrics.length > 1 ? undefined : "visually-hidden"}>
          <tr>
            <th scope="col">{texts.run}</th>
            {tile.metrics.map((metric) => (
              <th key={metricTitle(metric)} scope="col">
                {metricTitle(metric)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ run: { run, position }, values }) => (
            <tr key={run.run_id}>
              <th scope="row" title={run.display_name}>
                <b style={{ color: lineColor(position) }}>{position + 1}</b> {run.display_name}
              </th>
              {tile.metrics.map((metric, index) => (
                <td key={metricTitle(metric)}>
                  <Bar cell={values[index]} share={shares[index] ?? NO_SCALE} color={lineColor(position)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="points-note">{texts.withValue(shown.length, runs.length)}</p>
    </div>
  );
}

const NO_SCALE = () => 0;

/** Where a number is between the lowest and the highest, zero among them, in percent. */
function scaleOf(cells: readonly (number | null)[]): (value: number) => number {
  const numbers = cells.filter(hasNumber);
  const low = Math.min(0, ...numbers);
  const high = Math.max(0, ...numbers);
  return (value) => ((value - low) / (high - low || 1)) * 100;
}

const hasNumber = (value: number | null): value is number => value !== null && Number.isFinite(value);

type BarProps = { cell: Parameters<typeof formatCell>[0]; share: (value: number) => number; color: string };

function Bar({ cell, share, color }: BarProps) {
  const value = numberOf(cell);
  const [from, to] = hasNumber(value) ? [share(Math.min(0, value)), share(Math.max(0, value))] : [0, 0];
  return (
    <span className="bar" title={String(cell ?? "")}>
      <i style={{ marginLeft: `${from}%`, width: `${Math.max(to - from, 0.4)}%`, background: color }} />
      <span className={hasNumber(value) ? undefined : "not-finite"}>{formatCell(cell) || "–"}</span>
    </span>
  );
}
