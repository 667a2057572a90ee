/** One value per run and metric as bars, in a table: what is seen is what is read. */

import { colorOf, lineColor } from "@/chart/palette";
import { columnTitle, columnToken } from "@/pages/table/columns";
import { formatCell } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { drawn as texts } from "@/texts/compare";
import type { ChartProps } from "./CompareLines";
import { tileTitle, valuesOf } from "./tiles";
import { placeOf, useRunValues } from "./values";

export function CompareBars({ tile, runs, coloring }: ChartProps) {
  const columns = valuesOf(tile);
  const { rows, error } = useRunValues(runs, columns);
  // Each metric has a scale of its own: a loss and a count say nothing side by side.
  const shares = columns.map((_, index) => scaleOf(rows.map(({ values }) => placeOf(values[index]))));
  const shown = rows.filter(({ values }) => values.some((value) => value !== null && value !== undefined));
  return (
    <div className="bars" tabIndex={0} role="region" aria-label={texts.ofRuns(tileTitle(tile), runs.length)}>
      {error !== null && <Problem error={error} />}
      <table data-testid="bars">
        <thead className={columns.length > 1 ? undefined : "visually-hidden"}>
          <tr>
            <th scope="col">{texts.run}</th>
            {columns.map((column) => (
              <th key={columnToken(column)} scope="col">
                {columnTitle(column)}
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
              {columns.map((column, index) => (
                <td key={columnToken(column)}>
                  <Bar
                    cell={values[index]}
                    share={shares[index] ?? NO_SCALE}
                    color={colorOf({ index: position, paint: coloring.paintOf(run.run_id) })}
                  />
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
  const value = placeOf(cell);
  const [from, to] = hasNumber(value) ? [share(Math.min(0, value)), share(Math.max(0, value))] : [0, 0];
  return (
    <span className="bar" title={String(cell ?? "")}>
      <i style={{ marginLeft: `${from}%`, width: `${Math.max(to - from, 0.4)}%`, background: color }} />
      <span className={value === null || Number.isFinite(value) ? undefined : "not-finite"}>
        {formatCell(cell) || "–"}
      </span>
    </span>
  );
}
