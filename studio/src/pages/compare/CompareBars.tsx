/** One value per run and metric as bars, in a table: what is seen is what is read. Grouped: the mean of each group, with what lies around it. */

import type { ReactNode } from "react";
import { colorOf, isBlank, lineColor } from "@/chart/palette";
import { columnTitle, columnToken } from "@/pages/table/columns";
import { formatCell, formatNumber } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { drawn as texts } from "@/texts/compare";
import { aggregate, type BarSpan, type BarValue, groupedValues } from "./bars";
import type { ChartProps } from "./CompareLines";
import { useMeantRuns } from "./runs";
import { type Tile, tileTitle, valuesOf } from "./tiles";
import { placeOf, type RunValues } from "./values";

type BarRow = {
  key: string;
  title: string;
  name: ReactNode;
  color: string;
  isBlank: boolean;
  values: readonly BarValue[];
};

export function CompareBars({ tile, runs, coloring, population }: ChartProps) {
  const columns = valuesOf(tile);
  const { grouping } = tile;
  const asked = typeof grouping === "string" ? columns : [...columns, grouping];
  const { rows, total, error } = useMeantRuns(runs, grouping === "each" ? null : population, asked);
  const shown = rows.filter(({ values }) => values.slice(0, columns.length).some((value) => value != null));
  const bars = grouping === "each" ? runBars(shown, coloring) : groupBars(shown, tile, columns.length);
  // Each metric has a scale of its own: a loss and a count say nothing side by side.
  const shares = columns.map((_, index) => scaleOf(bars.map(({ values }) => values[index])));
  return (
    <div className="bars" tabIndex={0} role="region" aria-label={texts.ofRuns(tileTitle(tile), shown.length)}>
      {error !== null && <Problem error={error} />}
      <table data-testid="bars">
        <thead className={columns.length > 1 || grouping !== "each" ? undefined : "visually-hidden"}>
          <tr>
            <th scope="col">{typeof grouping === "string" ? texts.run : columnTitle(grouping)}</th>
            {columns.map((column) => (
              <th key={columnToken(column)} scope="col">
                {columnTitle(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.key}>
              <th scope="row" title={bar.title}>
                {bar.name}
              </th>
              {columns.map((column, index) => (
                <td key={columnToken(column)}>
                  <Bar bar={bar} value={bar.values[index]} share={shares[index] ?? NO_SCALE} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="points-note" data-testid="bars-note">
        {texts.withValue(shown.length, total)}
        {grouping !== "each" && ` · ${texts.bars[tile.band]}`}
      </p>
    </div>
  );
}

function runBars(rows: readonly RunValues[], coloring: ChartProps["coloring"]): BarRow[] {
  return rows.map(({ run: { run, position }, values }) => {
    const paint = coloring.paintOf(run.run_id);
    return {
      key: run.run_id,
      title: run.display_name,
      name: (
        <>
          <b style={{ color: lineColor(position) }}>{position + 1}</b> {run.display_name}
        </>
      ),
      color: colorOf({ index: position, paint }),
      isBlank: isBlank(paint),
      values: values.map((cell) => ({ value: placeOf(cell), text: formatCell(cell) || "–", span: null, count: 1 })),
    };
  });
}

function groupBars(rows: readonly RunValues[], tile: Tile, count: number): BarRow[] {
  return groupedValues(rows, count, tile.grouping === "all" ? texts.allRuns : null).map(({ name, runs }, index) => ({
    key: name,
    title: name,
    name: (
      <>
        {name} <span className="quiet">{texts.ofCount(runs.length)}</span>
      </>
    ),
    color: lineColor(index),
    isBlank: false,
    values: Array.from({ length: count }, (_, nth) =>
      aggregate(
        runs.map(({ values }) => placeOf(values[nth])),
        tile.band,
      ),
    ),
  }));
}

const NO_SCALE = () => 0;

/** Where a number is between the lowest and the highest, zero among them, in percent. */
function scaleOf(values: readonly (BarValue | undefined)[]): (value: number) => number {
  const numbers = values.flatMap((each) => [each?.value, each?.span?.low, each?.span?.high]).filter(hasNumber);
  const low = Math.min(0, ...numbers);
  const high = Math.max(0, ...numbers);
  return (value) => ((value - low) / (high - low || 1)) * 100;
}

const hasNumber = (value: number | null | undefined): value is number => value != null && Number.isFinite(value);

type BarProps = { bar: BarRow; value: BarValue | undefined; share: (value: number) => number };

function Bar({ bar, value: { value, text, span, count } = NOTHING, share }: BarProps) {
  const [from, to] = hasNumber(value) ? [share(Math.min(0, value)), share(Math.max(0, value))] : [0, 0];
  return (
    <span
      className="bar"
      title={span ? texts.spanOf(text, formatNumber(span.low), formatNumber(span.high), count) : text}
    >
      <span className="bar-place">
        <i
          className={bar.isBlank ? "paint-blank" : undefined}
          style={{ left: `${from}%`, width: `${Math.max(to - from, 0.4)}%`, background: bar.color }}
        />
        {span && <Whisker span={span} share={share} />}
      </span>
      <span className={value === null || Number.isFinite(value) ? undefined : "not-finite"}>
        {text}
        {span && (
          <span className="visually-hidden"> {texts.spanWords(formatNumber(span.low), formatNumber(span.high))}</span>
        )}
      </span>
    </span>
  );
}

const NOTHING: BarValue = { value: null, text: "–", span: null, count: 0 };

function Whisker({ span, share }: { span: BarSpan; share: (value: number) => number }) {
  const left = share(span.low);
  return <span className="bar-whisker" style={{ left: `${left}%`, width: `${share(span.high) - left}%` }} />;
}
