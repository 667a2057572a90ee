/** The nouns of REST v1 as they travel (docs/notes/rest-v1.md). */

export type Status =
  | "NotStarted"
  | "Queued"
  | "Preparing"
  | "Provisioning"
  | "Starting"
  | "Running"
  | "Finalizing"
  | "CancelRequested"
  | "Completed"
  | "Failed"
  | "Canceled";

export type Workspace = {
  name: string;
  subscription_id: string | null;
  resource_group: string | null;
  location: string | null;
  workspace_id: string;
  created_at: string;
  tags: Record<string, string | null>;
};

export type Experiment = {
  name: string;
  experiment_id: string;
  description: string | null;
  tags: Record<string, string | null>;
  archived: boolean;
  archived_at: string | null;
  created_at: string;
  run_count: number;
  last_run_at: string | null;
};

export type RunError = { code: string; message: string };

/** One stage of a run; `within`: the stage that it is a part of. */
export type Stage = {
  name: string;
  within: string | null;
  started_at: string;
  ended_at: string | null;
  duration_ms: number | null;
};

export type Run = {
  run_id: string;
  number: number;
  workspace: string;
  experiment: string;
  display_name: string;
  description: string | null;
  kind: string;
  status: Status;
  parent_id: string | null;
  root_id: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  duration_ms: number | null;
  tags: Record<string, string | null>;
  properties: Record<string, string>;
  /** Of one run only; lists leave them out. */
  params?: Record<string, string>;
  /** Of one run only, too. */
  stages?: Stage[] | null;
  error: RunError | null;
  warnings: unknown[] | null;
  target: string | null;
  script: string | null;
  arguments: string[] | null;
  environment_name: string | null;
  environment_version: string | null;
  snapshot_id: string | null;
  submitted_by: string | null;
  child_count: number;
  archived_at: string | null;
  definition?: unknown;
};

/** A number as JSON can carry it: what is not finite travels as a string. */
export type WireNumber = number | "NaN" | "Infinity" | "-Infinity";
export type Cell = WireNumber | string | boolean | null;

export type Summary = "last" | "first" | "min" | "max" | "mean" | "count";
/** The step at which a value was logged: `min_step` is that of the least one. */
export type SummaryStep = "last_step" | "first_step" | "min_step" | "max_step";

export type SeriesColumn = {
  name: string;
  type: string;
  count: number;
  first: Cell;
  last: Cell;
  min: Cell;
  max: Cell;
  mean: Cell;
  first_step: number | null;
  last_step: number | null;
  min_step: number | null;
  max_step: number | null;
};

export type SeriesKind =
  | "scalar"
  | "list"
  | "row"
  | "table"
  | "image"
  | "confusion_matrix"
  | "accuracy_table"
  | "residuals"
  | "predictions";

export type Series = {
  name: string;
  kind: SeriesKind;
  description: string | null;
  count: number;
  columns: SeriesColumn[];
  low_step: number | null;
  high_step: number | null;
  last_at: string | null;
  /** Of metrics that are kept as files: their paths; else null. */
  artifacts: string[] | null;
};

/** Points to draw (docs/notes/charts.md), sorted by x; times are milliseconds since 1970. */
export type ChartPoints = {
  x: Cell[];
  /** null: the line breaks, as what was logged there is not a number. */
  y: Cell[];
  shown: number;
  /** Points in the range that was asked for. */
  total: number;
  nan_count: number;
  /** Points of the series. */
  points: number;
  column: string;
  x_kind: string;
  level: number;
  /** How many pixels wide the widest stretch is of which only the extremes were looked at. */
  widest: number;
};

export type Artifact = {
  path: string;
  size_bytes: number;
  sha256: string | null;
  created_at: string;
  is_log: boolean;
  final: boolean;
};

export type SnapshotFile = { path: string; sha256: string; size_bytes: number; executable: boolean };

/** A column of the run table: what the server is asked for. */
export type Column =
  | { field: string }
  | { tag: string }
  | { property: string }
  | { param: string }
  | { metric: string; of: Summary | SummaryStep; column: string };

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "contains" | "exists";

export type Filter =
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter }
  | { text: string }
  | { column: Column; op: Operator; value: unknown };

export type TableRow = { run: Run; values: Cell[] };

export type TableQuery = {
  experiment?: string;
  filter?: Filter;
  columns: Column[];
  sort?: { column: Column; descending: boolean }[];
  limit: number;
  offset: number;
  include_children: boolean;
  archived?: Archived;
};

export type Archived = "without" | "only" | "with";

/** Which runs are meant: a run table's question without its page. */
export type RunQuery = Omit<TableQuery, "columns" | "sort" | "limit" | "offset">;

export type GroupQuery = RunQuery & {
  by: Column[];
  figures: { column: Column; of: "min" | "max" | "mean" | "sum" | "count" }[];
  order: "values" | "count" | number;
  descending: boolean;
  limit: number;
  offset: number;
};

export type RunGroup = { values: Cell[]; run_count: number; figures: Cell[] };

export type BulkStep = {
  action: "archive" | "restore" | "tag" | "cancel" | "delete";
  run_ids?: string[];
  query?: RunQuery;
  tags?: Record<string, string | null>;
  remove_tags?: string[];
  /** How many runs there have to be; else nothing is done. */
  expected?: number;
};

export type BulkOutcome = {
  done: string[];
  failed: { run_id: string; display_name: string; code: string; message: string }[];
  undo: BulkStep[];
};

/** A saved view of a run table; `search` is the address after its question mark. */
export type SavedView = {
  view_id: string;
  name: string;
  experiment: string | null;
  search: string;
  is_default: boolean;
  created_at: string;
  changed_at: string;
};

export type MetricNames = { name: string; kind: SeriesKind; columns: string[]; numeric: string[]; run_count: number };
export type RunWords = Record<"tags" | "properties" | "params", { key: string; run_count: number }[]>;

export type Change = {
  noun: "run" | "experiment" | "metrics" | "artifact" | "log" | "model" | "view";
  run_id: string | null;
  experiment: string | null;
  parent_id: string | null;
  key: string | null;
};
