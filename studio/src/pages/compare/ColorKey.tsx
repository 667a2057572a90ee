/** What the colours of a chart stand for. */

import { isBlank, paintColor } from "@/chart/palette";
import { columnTitle } from "@/pages/table/columns";
import { drawn as texts } from "@/texts/compare";
import type { Coloring } from "./colors";
import type { Tile } from "./tiles";

export function ColorKey({ tile, coloring }: { tile: Tile; coloring: Coloring }) {
  if (tile.color === null || coloring.key.length === 0) return null;
  return (
    <ul className="line-legend color-key" aria-label={texts.colored(columnTitle(tile.color))}>
      <li>{columnTitle(tile.color)}</li>
      {coloring.key.map(({ label, paint }) => (
        <li key={label}>
          <i className={isBlank(paint) ? "paint-blank" : undefined} style={{ background: paintColor(paint) }} /> {label}
        </li>
      ))}
    </ul>
  );
}
