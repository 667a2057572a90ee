/** Which line is which: number, colour and name. */

import { lineColor } from "./palette";
import "./chart.css";

export function LineLegend({ lines }: { lines: readonly { label: string; index: number; role?: string }[] }) {
  const named = lines.filter(({ role }) => role === undefined || role === "line" || role === "dots");
  return (
    <ul className="line-legend">
      {named.map(({ label, index }) => (
        <li key={index} title={label}>
          <b style={{ color: lineColor(index) }}>{index + 1}</b> {label}
        </li>
      ))}
    </ul>
  );
}
