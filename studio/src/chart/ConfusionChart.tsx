/** A confusion matrix: numbers first, shades besides. */

import { Switch } from "@fluentui/react-components";
import { useState } from "react";
import { formatNumber, grouped } from "@/parts/format";
import type { ConfusionMatrix } from "./payloads";

export function ConfusionChart({ labels, matrix, name }: ConfusionMatrix & { name: string }) {
  const [isShare, setShare] = useState(false);
  const sums = matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
  const most = Math.max(1, ...matrix.flat());
  return (
    <div className="confusion">
      <p className="points-note">Rows: what it was. Columns: what was predicted.</p>
      <div className="confusion-scroll" tabIndex={0} role="region" aria-label={name}>
        <table>
          <thead>
            <tr>
              <td />
              {labels.map((label) => (
                <th key={label} scope="col" title={label}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.map((row, index) => (
              <tr key={labels[index]}>
                <th scope="row" title={labels[index]}>
                  {labels[index]}
                </th>
                {row.map((count, column) => {
                  const share = count / Math.max(1, sums[index] ?? 1);
                  const shade = Math.round((isShare ? share : count / most) * 100);
                  return (
                    <td
                      key={labels[column]}
                      style={{ "--shade": `${shade}%` } as React.CSSProperties}
                      className={shade > 55 ? "confusion-dark" : undefined}
                    >
                      {isShare ? `${formatNumber(Math.round(share * 1000) / 10)} %` : grouped(count)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Switch label="Share of the row" checked={isShare} onChange={(_, { checked }) => setShare(checked)} />
    </div>
  );
}
