/** A confusion matrix: numbers first, shades besides; with what each row and column comes to. */

import { useState } from "react";
import { Choice } from "@/parts/Choice";
import { formatNumber, grouped } from "@/parts/format";
import { confusion as texts } from "@/texts/charts";
import type { ConfusionMatrix } from "./payloads";

type Shown = keyof typeof texts.cells;

const percent = (share: number) => `${formatNumber(Math.round(share * 1000) / 10)} %`;
const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0);

export function ConfusionChart({ labels, matrix, name }: ConfusionMatrix & { name: string }) {
  const [shown, show] = useState<Shown>("counts");
  const rows = matrix.map(sumOf);
  const columns = labels.map((_, column) => sumOf(matrix.map((row) => row[column] ?? 0)));
  const total = sumOf(rows);
  const hits = sumOf(matrix.map((row, index) => row[index] ?? 0));
  const share = (part: number, whole: number) => (whole > 0 ? percent(part / whole) : "–");
  return (
    <div className="confusion">
      <div className="confusion-bar">
        <Choice
          size="small"
          aria-label={`${texts.shown}: ${name}`}
          choices={texts.cells}
          chosen={shown}
          choose={show}
        />
        <span className="quiet">{texts.accuracy(share(hits, total))}</span>
      </div>
      <div className="confusion-scroll" tabIndex={0} role="region" aria-label={name}>
        <table>
          <thead>
            <tr>
              <td />
              {labels.map((label, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two classes may have one name
                <th key={index} scope="col" title={label}>
                  {label}
                </th>
              ))}
              <th scope="col" className="confusion-margin">
                {texts.recall}
              </th>
            </tr>
          </thead>
          <tbody>
            {matrix.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <tr key={index}>
                <th scope="row" title={labels[index]}>
                  {labels[index]}
                </th>
                {row.map((count, column) => (
                  <ConfusionCell
                    // biome-ignore lint/suspicious/noArrayIndexKey: as above
                    key={column}
                    count={count}
                    // Shades follow the share of the row, so that rare classes are seen as well as common ones.
                    shade={(rows[index] ?? 0) > 0 ? count / (rows[index] ?? 1) : 0}
                    text={cellText(shown, count, rows[index] ?? 0, total)}
                  />
                ))}
                <td className="confusion-margin">{share(row[index] ?? 0, rows[index] ?? 0)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row" className="confusion-margin">
                {texts.precision}
              </th>
              {columns.map((sum, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={column} className="confusion-margin">
                  {share(matrix[column]?.[column] ?? 0, sum)}
                </td>
              ))}
              <td className="confusion-margin" />
            </tr>
          </tbody>
        </table>
      </div>
      <p className="points-note">{texts.rows}</p>
    </div>
  );
}

function cellText(shown: Shown, count: number, row: number, total: number): string {
  if (shown === "counts") return grouped(count);
  const whole = shown === "ofRow" ? row : total;
  return whole > 0 ? percent(count / whole) : "–";
}

function ConfusionCell({ count, shade, text }: { count: number; shade: number; text: string }) {
  return (
    <td
      style={{ "--shade": `${Math.round(shade * 100)}%` } as React.CSSProperties}
      className={shade > 0.55 ? "confusion-dark" : undefined}
      title={grouped(count)}
    >
      {text}
    </td>
  );
}
