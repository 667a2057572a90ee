/** The JSON payloads of the v1 artifact metrics, checked before they are drawn (docs: SDK v1, `log_confusion_matrix` and kin). */

export type ConfusionMatrix = { labels: string[]; matrix: number[][] };
/** Per class and threshold: true positives, false positives, true negatives, false negatives. */
export type AccuracyTable = { labels: string[]; probability: number[][][]; percentile: number[][][] };
export type Residuals = { edges: number[]; counts: number[] };
export type Predictions = { centres: number[]; averages: (number | null)[]; errors: number[] };

type Data = Record<string, unknown>;

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => typeof each === "number" || each === null);
const isMatrix = (value: unknown): value is number[][] => Array.isArray(value) && value.every(isNumbers);
const isTables = (value: unknown): value is number[][][] => Array.isArray(value) && value.every(isMatrix);

/** The `data` of a payload; the payload itself where it has none. */
export function dataOf(payload: unknown): Data {
  const whole = (typeof payload === "object" && payload !== null ? payload : {}) as Data;
  const { data } = whole;
  return typeof data === "object" && data !== null ? (data as Data) : whole;
}

const labelsOf = (value: unknown, count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(Array.isArray(value) ? (value[index] ?? index) : index));

export function confusionMatrix(payload: unknown): ConfusionMatrix | null {
  const { matrix, class_labels: labels } = dataOf(payload);
  return isMatrix(matrix) && matrix.length > 0 ? { matrix, labels: labelsOf(labels, matrix.length) } : null;
}

export function accuracyTable(payload: unknown): AccuracyTable | null {
  const { probability_tables: probability, percentile_tables: percentile, class_labels: labels } = dataOf(payload);
  if (!isTables(probability) || probability.length === 0) return null;
  return {
    probability,
    percentile: isTables(percentile) ? percentile : [],
    labels: labelsOf(labels, probability.length),
  };
}

export function residuals(payload: unknown): Residuals | null {
  const { bin_edges: edges, bin_counts: counts } = dataOf(payload);
  return isNumbers(edges) && isNumbers(counts) && edges.length === counts.length + 1 ? { edges, counts } : null;
}

export function predictions(payload: unknown): Predictions | null {
  const { bin_averages: averages, bin_errors: errors, bin_edges: edges } = dataOf(payload);
  if (!isNumbers(averages) || !isNumbers(edges) || edges.length !== averages.length + 1) return null;
  const centres = averages.map((_, index) => ((edges[index] as number) + (edges[index + 1] as number)) / 2);
  return { centres, averages, errors: isNumbers(errors) ? errors : averages.map(() => 0) };
}

export type RateCurve = {
  title: string;
  x: string;
  y: string;
  point: (row: readonly number[], total: number) => [number, number] | null;
};

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
const both = (x: number | null, y: number | null): [number, number] | null =>
  x === null || y === null ? null : [x, y];

/** What is drawn from an accuracy table; each row of it gives one point. */
export const RATE_CURVES: Record<"roc" | "precision" | "gain" | "lift", RateCurve> = {
  roc: {
    title: "ROC",
    x: "false positive rate",
    y: "true positive rate",
    point: ([tp = 0, fp = 0, tn = 0, fn = 0]) => both(ratio(fp, fp + tn), ratio(tp, tp + fn)),
  },
  precision: {
    title: "Precision–recall",
    x: "recall",
    y: "precision",
    point: ([tp = 0, fp = 0, _tn, fn = 0]) => both(ratio(tp, tp + fn), ratio(tp, tp + fp)),
  },
  gain: {
    title: "Gain",
    x: "share taken as positive",
    y: "true positive rate",
    point: ([tp = 0, fp = 0, _tn, fn = 0], total) => both(ratio(tp + fp, total), ratio(tp, tp + fn)),
  },
  lift: {
    title: "Lift",
    x: "share taken as positive",
    y: "times better than chance",
    point: ([tp = 0, fp = 0, _tn, fn = 0], total) => {
      const share = ratio(tp + fp, total);
      const rate = ratio(tp, tp + fn);
      return share === null || share === 0 || rate === null ? null : [share, rate / share];
    },
  },
};

/** The points of one class, from left to right. */
export function ratePoints(table: readonly (readonly number[])[], curve: RateCurve): [number, number][] {
  return table
    .map((row) =>
      curve.point(
        row,
        row.reduce((sum, count) => sum + count, 0),
      ),
    )
    .filter((point): point is [number, number] => point !== null)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}
