/** Says what a chart shows of what there is. */

import { Button } from "@fluentui/react-components";
import type { ChartPoints } from "@/api/types";
import { grouped, plural } from "@/parts/format";
import type { Range } from "./lines";
import type { Curve } from "./points";

type Props = {
  points: readonly ChartPoints[];
  curves: readonly (Curve | undefined)[];
  logY: boolean;
  /** What is on x. */
  x: string;
  range: Range | null;
  zoom: (range: Range | null) => void;
};

export function PointsNote({ points, curves, logY, x, range, zoom }: Props) {
  const shown = points.reduce((sum, each) => sum + each.shown, 0);
  const total = points.reduce((sum, each) => sum + each.total, 0);
  const nans = curves.reduce((sum, curve) => sum + (curve?.nans ?? 0), 0);
  const infinite = curves.reduce((sum, curve) => sum + (curve?.infinite.length ?? 0), 0);
  const hidden = logY
    ? curves.reduce((sum, curve) => sum + (curve?.ys.filter((y) => y !== null && y <= 0).length ?? 0), 0)
    : 0;
  const parts = [
    shown < total ? `${grouped(shown)} of ${grouped(total)} points, all extremes` : plural(total, "point"),
    `over ${x}`,
    nans > 0 && `${grouped(nans)} NaN (gaps)`,
    infinite > 0 && `${grouped(infinite)} infinite (▲▼)`,
    hidden > 0 && `${grouped(hidden)} not above zero, hidden by the log scale`,
  ].filter(Boolean);
  return (
    <p className="points-note">
      <span data-testid="points-note">{points.length > 0 ? parts.join(" · ") : "\u00a0"}</span>
      {range !== null && (
        <Button size="small" appearance="transparent" onClick={() => zoom(null)}>
          Show all
        </Button>
      )}
    </p>
  );
}
