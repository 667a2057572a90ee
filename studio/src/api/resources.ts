/** What a job used: a series of its own, which is no metric of the run. */

import { useQuery } from "@tanstack/react-query";
import { query, requestJson, runPath } from "./client";
import { keys } from "./keys";
import { useWorkspace } from "./live";
import type { Series } from "./types";

export const RESOURCES = ".runstead/resources";

export function useResources(runId: string) {
  const workspace = useWorkspace();
  return useQuery({
    // Below the key of the run's series: what is logged makes this stale, too.
    queryKey: [...keys.series(workspace, runId), RESOURCES],
    queryFn: async ({ signal }) => {
      const path = `${runPath(workspace, runId)}/metrics${query({ name: RESOURCES })}`;
      return (await requestJson<{ series: Series[] }>(path, { signal })).series;
    },
  });
}
