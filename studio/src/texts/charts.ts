/** What charts say: on cards, below lines, in tables of values, on the Metrics and Images tabs. */

import { grouped, plural } from "@/parts/format";

export const charts = {
  showAll: "Show all",
  values: "Values as a table",
  valuesOf: (name: string) => `Values of ${name}`,
  savePicture: "Save as PNG",
  savePictureOf: (name: string) => `Save ${name} as PNG`,
  close: "Close",
  keys: "Arrow keys move, plus and minus zoom, 0 shows all.",
  firstRows: (shown: number, total: number) => `The first ${grouped(shown)} of ${grouped(total)} drawn values of x.`,
  value: "value",
  firstValues: (shown: number, total: number) =>
    `The first ${grouped(shown)} of ${grouped(total)} rows. The CSV file has all.`,
  count: (count: number) => plural(count, "value"),
  summary: (min: string, max: string, mean: string) => ` · min ${min} · max ${max} · mean ${mean}`,
  ofValues: (name: string, count: number) => `${name}: ${plural(count, "value")}`,
  over: (x: string) => `over ${x}`,
  points: (total: number) => plural(total, "point"),
  someOf: (shown: number, total: number) => `${grouped(shown)} of ${grouped(total)} points`,
  allExtremes: "all extremes",
  roughExtremes: "extremes to within some pixels",
  nans: (count: number) => `${grouped(count)} NaN (× and gaps)`,
  infinite: (count: number) => `${grouped(count)} infinite (▲▼)`,
  hiddenY: (count: number) => `${grouped(count)} not above zero, hidden by the log scale`,
  hiddenX: "log x: from above zero",
  noFile: "Its file has not arrived yet.",
  earlier: "Earlier",
  later: "Later",
  loading: "Loading",
  nthOf: (nth: number, count: number) => `${nth} of ${count}`,
  notItsKind: (path: string) => `${path} does not hold what its kind says. It is under Outputs + logs.`,
  logX: "Logarithmic x",
  logY: "Logarithmic y",
  sharedZoom: "Shared zoom",
  sharedZoomHint: "Zoom into one chart, and all with the same x follow; a double click shows all of it again",
  onX: "On x",
  usual: "Usual",
  /** In the middle of a sentence. */
  onAxis: { step: "step", index: "position", time: "time", elapsed: "elapsed" } as Record<string, string>,
  axes: { step: "Step", index: "Position", time: "Time" },
  onY: "On y",
  asChart: "As a chart",
  asTable: "As a table",
  showAsChart: (name: string) => `Show ${name} as a chart`,
  showAsTable: (name: string) => `Show ${name} as a table`,
  moreOf: (name: string) => `More of ${name}`,
  csv: "Download as CSV",
  parquet: "Download as Parquet",
  none: "None",
  step: (step: number) => `step ${step} · `,
  smoothing: (value: number) => `Smoothing ${value.toFixed(2)}`,
};

export const units = {
  percent: (number: string) => `${number} %`,
  perSecond: (amount: string) => `${amount}/s`,
};

export const confusion = {
  rows: "Rows: what it was. Columns: what was predicted.",
  shown: "Shown",
  cells: { counts: "Counts", ofRow: "Share of the row", ofAll: "Share of all" },
  total: "Sum",
  recall: "Recall",
  precision: "Precision",
  accuracy: (share: string) => `Accuracy ${share}`,
};

export const accuracy = {
  averages: { macro: "Macro average", micro: "Micro average", weighted: "Weighted average" },
  ideal: "ideal",
  random: "random",
  area: (value: string) => `area ${value}`,
  curve: "Curve",
  lines: "Lines",
  classes: "Classes",
  linesOf: (name: string) => `Lines of ${name}`,
  axes: (y: string, x: string) => `${y} over ${x}`,
  curves: {
    roc: { title: "ROC", x: "false positive rate", y: "true positive rate" },
    precision: { title: "Precision–recall", x: "recall", y: "precision" },
    gain: { title: "Cumulative gain", x: "share taken as positive", y: "true positive rate" },
    lift: { title: "Lift", x: "share taken as positive", y: "times better than chance" },
    calibration: { title: "Calibration", x: "predicted probability", y: "share that was positive" },
  },
};

export const residuals = {
  axes: "how often, over the residual (predicted − true)",
  normal: "normal with the same mean and spread",
  mean: (mean: string, deviation: string) => `mean ${mean} · standard deviation ${deviation}`,
  bar: (from: string, to: string, count: string) => `${from} to ${to}: ${count}`,
};

export const predictions = {
  x: "true",
  axes: "predicted over true",
  average: "average of the bin",
  below: "below by its error",
  above: "above by its error",
  ideal: "ideal",
  label: (name: string) => `${name}: predicted over true values`,
  histogram: "how many true values each bin has",
};

export const metricsTab = {
  find: "Find a metric",
  loading: "Loading the metrics",
  singles: "Single values",
  others: "Metrics",
  whole: "Charts that were logged as one",
  count: (shown: number, total: number) => `${shown < total ? `${grouped(shown)} of ` : ""}${plural(total, "metric")}`,
  noneFits: "No metric has that name",
  noneFitsHint: "Take words out of the search to see more.",
  noneLogged: "This run logged no metrics",
  noneYet: "No metrics yet",
  noneHint: "A metric appears here while the script runs, as soon as it is logged:",
  downloadAll: "Download all",
};

export const imagesTab = {
  loading: "Loading the images",
  among: "Pictures among the files",
  none: "No images",
  noneHint: "A picture appears here when it is logged, from a file or from a plot:",
  find: "Find a picture",
  noneFits: "No picture has that name",
  enlarge: (title: string) => `Enlarge ${title}`,
  which: (name: string) => `Which picture of ${name}`,
  notLogged: "Not logged by this run.",
  picture: "Picture",
  before: "Picture before",
  next: "Next picture",
  fit: "Fit into the window",
  everyPixel: "Show every pixel",
  download: "Download",
  close: "Close",
};
