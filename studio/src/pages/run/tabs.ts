/** The code of each tab of a run. */

import type { Run } from "@/api/types";
import type { RunTab } from "@/parts/addresses";
import { type Deferred, deferred } from "@/parts/deferred";

export const TABS: Record<RunTab, Deferred<{ run: Run }>> = {
  details: deferred(() => import("./DetailsTab")),
  metrics: deferred(() => import("./MetricsTab")),
  images: deferred(() => import("./ImagesTab")),
  logs: deferred(() => import("./LogsTab")),
  children: deferred(() => import("./ChildrenTab")),
  snapshot: deferred(() => import("./SnapshotTab")),
  environment: deferred(() => import("./EnvironmentTab")),
  monitoring: deferred(() => import("./MonitoringTab")),
  json: deferred(() => import("./RawJsonTab")),
};
