/** Which picture a series gets, before anybody chooses another. */

import type { Cell, Series, SeriesColumn } from "@/api/types";
import { charts } from "@/texts/charts";

export type Look =
  | "tile"
  | "line"
  | "curve"
  | "table"
  | "image"
  | "confusion"
  | "accuracy"
  | "residuals"
  | "predictions";

const NUMBER_TYPES = new Set(["float", "int", "bool"]);

export const isNumberColumn = (column: SeriesColumn): boolean =>
  NUMBER_TYPES.has(column.type) || (column.mean !== null && column.mean !== undefined);

export const numberColumns = (series: Series): SeriesColumn[] => series.columns.filter(isNumberColumn);

const ARTIFACT_LOOKS: Partial<Record<Series["kind"], Look>> = {
  image: "image",
  confusion_matrix: "confusion",
  accuracy_table: "accuracy",
  residuals: "residuals",
  predictions: "predictions",
};

/** One value is a tile, several numbers a line, a table of two number columns a curve, all else a table. */
export function usualLook(series: Series): Look {
  const artifact = ARTIFACT_LOOKS[series.kind];
  if (artifact) return artifact;
  const numbers = numberColumns(series);
  if (series.kind === "row" || series.kind === "table")
    return series.columns.length === 2 && numbers.length === 2 && series.count > 1 ? "curve" : "table";
  if (series.count <= 1) return "tile";
  return numbers.length > 0 ? "line" : "table";
}

/** Whether there is anything to draw of it besides a table. */
export const canBeDrawn = (series: Series): boolean =>
  ARTIFACT_LOOKS[series.kind] === undefined && numberColumns(series).length > 0;

export type XChoice = { value: string; title: string };

/** What can be on x: steps if there are any, time, the position, or another number column. */
export function xChoices(series: Series): XChoice[] {
  const hasSteps = series.low_step !== null;
  const columns = series.kind === "row" || series.kind === "table" ? numberColumns(series) : [];
  return [
    ...(hasSteps ? [{ value: "step", title: charts.axes.step }] : []),
    { value: "index", title: charts.axes.index },
    { value: "time", title: charts.axes.time },
    ...columns.map(({ name }) => ({ value: name, title: name })),
  ];
}

/** What is on x, in words. */
export const xTitle = (x: string): string => charts.onAxis[x] ?? x;

/** The usual x: of a curve its first number column, of a line the steps, else the position. */
export function usualX(series: Series, wanted: string | null): string {
  const choices = xChoices(series).map((choice) => choice.value);
  if (usualLook(series) === "curve") return numberColumns(series)[0]?.name ?? "index";
  if (wanted !== null && choices.includes(wanted)) return wanted;
  return choices[0] ?? "index";
}

/** The columns drawn on y when `x` is on the other axis. */
export const yColumns = (series: Series, x: string): string[] =>
  numberColumns(series)
    .map((column) => column.name)
    .filter((name) => name !== x || series.kind === "scalar" || series.kind === "list");

export const lastValue = (series: Series): Cell | undefined => series.columns[0]?.last;
