/** A legend whose entries show and hide their lines. */

import { lineColor } from "./palette";
import "./chart.css";

export type LegendEntry = { id: string; label: string; index: number; isShown: boolean };

type Props = { label: string; entries: readonly LegendEntry[]; toggle: (id: string) => void };

export function LegendToggles({ label, entries, toggle }: Props) {
  return (
    <ul className="line-legend" aria-label={label}>
      {entries.map(({ id, label: name, index, isShown }) => (
        <li key={id}>
          <button
            type="button"
            className="legend-toggle"
            aria-pressed={isShown}
            title={name}
            onClick={() => toggle(id)}
          >
            <b style={{ color: isShown ? lineColor(index) : undefined }}>{index + 1}</b> {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
