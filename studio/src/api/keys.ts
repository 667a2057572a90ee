/** The names under which answers are kept; a change event becomes the keys that it makes stale. */

import type { Change } from "./types";

export const keys = {
  workspaces: () => ["workspaces"] as const,
  experiments: (workspace: string) => ["experiments", workspace] as const,
  environments: (workspace: string) => ["environments", workspace] as const,
  names: (workspace: string) => ["names", workspace] as const,
  views: (workspace: string) => ["views", workspace] as const,
  table: (workspace: string) => ["table", workspace] as const,
  run: (workspace: string, runId: string) => ["run", workspace, runId] as const,
  series: (workspace: string, runId: string) => ["series", workspace, runId] as const,
  summaries: (workspace: string) => ["summaries", workspace] as const,
  /** Values of compared runs, as the run table has them. */
  runValues: (workspace: string) => ["run-values", workspace] as const,
  points: (workspace: string, runId: string) => ["points", workspace, runId] as const,
  artifacts: (workspace: string, runId: string) => ["artifacts", workspace, runId] as const,
  artifact: (workspace: string, runId: string) => ["artifact", workspace, runId] as const,
  snapshot: (workspace: string, snapshotId: string) => ["snapshot", workspace, snapshotId] as const,
};

/** What a change makes stale. Run tables, logs and lists of files listen for themselves as well: they patch, or ask less often. */
export function staleKeys(workspace: string, change: Change): readonly (readonly string[])[] {
  const runId = change.run_id;
  switch (change.noun) {
    case "experiment":
      return [keys.experiments(workspace)];
    case "run":
      return [
        keys.experiments(workspace),
        keys.environments(workspace),
        ...(runId ? [keys.run(workspace, runId)] : []),
      ].concat(change.parent_id ? [keys.run(workspace, change.parent_id)] : []);
    case "metrics":
      return runId ? [keys.series(workspace, runId)] : [];
    case "artifact":
      return runId ? [keys.artifacts(workspace, runId), keys.series(workspace, runId)] : [];
    case "view":
      return [keys.views(workspace)];
    case "log":
    case "model":
      return [];
  }
}
