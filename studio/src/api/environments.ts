/** What was built or reused for a run, and why. */

import { useQuery } from "@tanstack/react-query";
import { requestJson, runPath } from "./client";
import { keys } from "./keys";
import { useWorkspace } from "./live";

/** An earlier environment; `run_id` is a build's id where no run asked for it. */
export type Nearest = { key: string; name: string; run_id: string; built_at: string; took_s: number };

export type Preparation = {
  key: string;
  name: string;
  reason: "reused" | "first" | "changed" | "damaged";
  nearest: Nearest | null;
  changes: string[];
  inputs: {
    conda: string[];
    pip: string[];
    requirement: string[];
    interpreter: string;
    solver: string;
    platform: string;
  };
  channels: string[];
  told: string[];
  python: string | null;
  built_at: string | null;
  took_s: number | null;
};

export type RunEnvironment = { run_id: string; python: string | null; preparation: Preparation | null };

export function useRunEnvironment(runId: string) {
  const workspace = useWorkspace();
  return useQuery({
    // Below the run's own key: what changes the run makes this stale, too.
    queryKey: [...keys.run(workspace, runId), "environment"],
    queryFn: ({ signal }) => requestJson<RunEnvironment>(`${runPath(workspace, runId)}/environment`, { signal }),
  });
}
