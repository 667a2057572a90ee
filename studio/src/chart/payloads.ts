/** The JSON payloads of the v1 artifact metrics, checked before they are drawn (docs: SDK v1, `log_confusion_matrix` and kin). */

export type ConfusionMatrix = { labels: string[]; matrix: number[][] };
/** Per class and threshold: true positives, false positives, true negatives, false negatives. */
export type AccuracyTable = {
  labels: string[];
  probability: number[][][];
  percentile: number[][][];
  /** Of `probability`, rising. */
  thresholds: number[];
};
export type Residuals = { edges: number[]; counts: number[] };
/** `counts`: how many true values each bin has; empty where the payload does not say. */
export type Predictions = {
  edges: number[];
  centres: number[];
  averages: (number | null)[];
  errors: number[];
  counts: number[];
};

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
  const told = dataOf(payload);
  const { probability_tables: probability, percentile_tables: percentile, class_labels: labels } = told;
  if (!isTables(probability) || probability.length === 0) return null;
  const count = probability[0]?.length ?? 0;
  const { probability_thresholds: given } = told;
  const thresholds = isNumbers(given) && given.length === count ? given : evenly(count);
  return {
    probability,
    thresholds,
    percentile: isTables(percentile) ? percentile : [],
    labels: labelsOf(labels, probability.length),
  };
}

const evenly = (count: number): number[] => Array.from({ length: count }, (_, index) => index / Math.max(1, count - 1));

export function residuals(payload: unknown): Residuals | null {
  const { bin_edges: edges, bin_counts: counts } = dataOf(payload);
  return isNumbers(edges) && isNumbers(counts) && edges.length === counts.length + 1 ? { edges, counts } : null;
}

export function predictions(payload: unknown): Predictions | null {
  const { bin_averages: averages, bin_errors: errors, bin_edges: edges, bin_counts: counts } = dataOf(payload);
  if (!isNumbers(averages) || !isNumbers(edges) || edges.length !== averages.length + 1) return null;
  const centres = averages.map((_, index) => ((edges[index] as number) + (edges[index + 1] as number)) / 2);
  return {
    edges,
    centres,
    averages,
    errors: isNumbers(errors) ? errors : averages.map(() => 0),
    counts: isNumbers(counts) && counts.length === averages.length ? counts : [],
  };
}
