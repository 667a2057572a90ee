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
  const drawn = curves.reduce((sum, curve) => sum + (curve?.xs.length ?? 0), 0);
  const total = points.length > 0 ? points.reduce((sum, each) => sum + each.total, 0) : drawn;
  const nans = points.reduce((sum, each) => sum + each.nan_count, 0);
  // Only where x is in no order over millions of points: see docs/notes/charts.md.
  const isRough = points.some((each) => each.widest > 0.5);
  const infinite = curves.reduce((sum, curve) => sum + (curve?.infinite.length ?? 0), 0);
  const hidden = logY
    ? curves.reduce((sum, curve) => sum + (curve?.ys.filter((y) => y !== null && y <= 0).length ?? 0), 0)
    : 0;
  const parts = [
    points.length > 0 && shown < total
      ? `${grouped(shown)} of ${grouped(total)} points, ${isRough ? "extremes to within some pixels" : "all extremes"}`
      : plural(total, "point"),
    `over ${x}`,
    nans > 0 && `${grouped(nans)} NaN (gaps)`,
    infinite > 0 && `${grouped(infinite)} infinite (▲▼)`,
    hidden > 0 && `${grouped(hidden)} not above zero, hidden by the log scale`,
  ].filter(Boolean);
  return (
    <p className="points-note">
      <span data-testid="points-note">
        {curves.some((curve) => curve !== undefined) ? parts.join(" · ") : "\u00a0"}
      </span>
      {range !== null && (
        <Button size="small" appearance="transparent" onClick={() => zoom(null)}>
          Show all
        </Button>
      )}
    </p>
  );
}
