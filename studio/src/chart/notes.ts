/** Says what a chart shows of what there is. */

import type { ChartPoints } from "@/api/types";
import { charts } from "@/texts/charts";
import type { Curve } from "./points";

type Shown = {
  points: readonly ChartPoints[];
  curves: readonly (Curve | undefined)[];
  logX: boolean;
  logY: boolean;
  /** What is on x, in words. */
  x: string;
};

/** "1 000 of 1 000 000 points, all extremes · over step · 3 NaN (gaps)"; empty before there is anything. */
export function pointsNote({ points, curves, logX, logY, x }: Shown): string {
  if (curves.every((curve) => curve === undefined)) return "";
  const sum = (count: (curve: Curve) => number) => curves.reduce((all, curve) => all + (curve ? count(curve) : 0), 0);
  const shown = points.reduce((all, each) => all + each.shown, 0);
  const total = points.length > 0 ? points.reduce((all, each) => all + each.total, 0) : sum((curve) => curve.xs.length);
  const nans = points.reduce((all, each) => all + each.nan_count, 0);
  const infinite = sum((curve) => curve.infinite.length);
  const hidden = logY ? sum((curve) => curve.ys.filter((y) => y !== null && y <= 0).length) : 0;
  // Only where x is in no order over millions of points: see docs/notes/charts.md.
  const isRough = points.some((each) => each.widest > 0.5);
  return [
    points.length > 0 && shown < total
      ? `${charts.someOf(shown, total)}, ${isRough ? charts.roughExtremes : charts.allExtremes}`
      : charts.points(total),
    charts.over(x),
    nans > 0 && charts.nans(nans),
    infinite > 0 && charts.infinite(infinite),
    hidden > 0 && charts.hiddenY(hidden),
    logX && charts.hiddenX,
  ]
    .filter(Boolean)
    .join(" · ");
}
