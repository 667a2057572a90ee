/** Environments: those of a workspace, those that are built, and what was built or reused for a run, and why. */

import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { query, requestJson, runPath, workspacePath } from "./client";
import { keys } from "./keys";
import { useWorkspace } from "./live";
import { logReader } from "./logs";
import { queryGroups, queryTable } from "./runs";
import type { Cell } from "./types";

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
    base_image: string;
    dockerfile: string[];
    build_context: string;
  };
  channels: string[];
  told: string[];
  image: string | null;
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

/** The log of the building of a run's environment. */
export const BUILD_LOG = "azureml-logs/20_image_build_log.txt";

/** Whether a build was asked for by nobody's run. */
export const isByHand = (runId: string): boolean => runId.startsWith("build-");

/** Some of what SDK v1 writes of an environment; more may be there, and everything may be absent. */
export type Definition = {
  python?: {
    userManagedDependencies?: boolean;
    interpreterPath?: string | null;
    condaDependencies?: { channels?: string[]; dependencies?: (string | { pip?: string[] })[] } | null;
  };
  docker?: {
    enabled?: boolean;
    baseImage?: string | null;
    baseDockerfile?: string | null;
    buildContext?: { location?: string; dockerfilePath?: string } | null;
    arguments?: string[];
    shmSize?: string | null;
    baseImageRegistry?: { address?: string | null; username?: string | null } | null;
  };
  environmentVariables?: Record<string, string> | null;
};

export type Environment = {
  name: string;
  version: string;
  definition: Definition;
  labels: string[];
  created_at: string | null;
  curated: boolean;
};

/** One that is there, on the server's machine; `image`: its name at the engine, null of a virtual environment. */
export type Built = {
  key: string;
  name: string;
  run_id: string;
  python: string;
  image: string | null;
  built_at: string;
  used_at: string;
  took_s: number;
  size_bytes: number;
};

const path = (workspace: string) => `${workspacePath(workspace)}/environments`;

/** The newest version of each name. */
export const environmentsOptions = (workspace: string, curated = false) =>
  queryOptions({
    queryKey: [...keys.environments(workspace), { curated }],
    queryFn: ({ signal }) =>
      requestJson<{ environments: Environment[] }>(`${path(workspace)}${query({ include_curated: curated || null })}`, {
        signal,
      }),
    select: (answer) => answer.environments,
    placeholderData: keepPreviousData,
  });

export const useEnvironments = ({ curated = false } = {}) => useQuery(environmentsOptions(useWorkspace(), curated));

/** All versions of a name, the newest first; of a curated one the only one. */
export const versionsOptions = (workspace: string, name: string) =>
  queryOptions({
    queryKey: [...keys.environments(workspace), "versions", name],
    queryFn: async ({ signal }) => {
      const found = await requestJson<Environment>(`${path(workspace)}/find${query({ name })}`, { signal });
      if (found.curated) return [found];
      const all = `${path(workspace)}/versions${query({ name })}`;
      return (await requestJson<{ environments: Environment[] }>(all, { signal })).environments;
    },
  });

export const useVersions = (name: string) => useQuery(versionsOptions(useWorkspace(), name));

/** How many runs used a version, and when the last of them was made. */
export type Use = { name: Cell; version: Cell; run_count: number; last_at: string };

export function useEnvironmentUses() {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: [...keys.environments(workspace), "uses"],
    queryFn: async ({ signal }): Promise<Use[]> => {
      const answer = await queryGroups(
        workspace,
        {
          by: [{ field: "environment_name" }, { field: "environment_version" }],
          figures: [{ column: { field: "created_at" }, of: "max" }],
          filter: { column: { field: "environment_name" }, op: "exists", value: true },
          include_children: true,
          order: "values",
          descending: false,
          limit: 1000,
          offset: 0,
        },
        signal,
      );
      return answer.groups.map(({ values: [name, version], run_count, figures: [last] }) => ({
        name: name ?? null,
        version: version ?? null,
        run_count,
        last_at: String(last),
      }));
    },
  });
}

const MOST_RUNS = 20;

/** The newest runs that used a version. */
export function useRunsWith(name: string, version: string) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: [...keys.environments(workspace), "runs", name, version],
    queryFn: ({ signal }) =>
      queryTable(
        workspace,
        {
          columns: [],
          filter: {
            and: [
              { column: { field: "environment_name" }, op: "=", value: name },
              { column: { field: "environment_version" }, op: "=", value: version },
            ],
          },
          include_children: true,
          limit: MOST_RUNS,
          offset: 0,
        },
        signal,
      ),
  });
}

/** What is built on the server's machine, the last used first. Their sizes are counted file by file: not with every change. */
export const useBuilt = () =>
  useQuery({
    queryKey: ["built"],
    queryFn: ({ signal }) => requestJson<{ environments: Built[] }>("/api/v1/builds", { signal }),
    select: (answer) => answer.environments,
  });

export type Outlook = { key: string; ready: boolean; told: string[]; preparation: Preparation | null };

/** What submitting a run with this version would do now. */
export function useOutlook(name: string, version: string, boxed: boolean, isAsked: boolean) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: [...keys.environments(workspace), "outlook", name, version, boxed],
    queryFn: ({ signal }) =>
      requestJson<Outlook>(`${workspacePath(workspace)}/builds/explain`, {
        method: "POST",
        body: { name, version, boxed },
        signal,
      }),
    enabled: isAsked,
    retry: false,
  });
}

export type BuildLog = { text: string; isCut: boolean };
const TAIL_BYTES = 20_000;

/** The end of the log of a build: of a run's, or of one by hand that the server remembers. */
export function useBuildLog(runId: string) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["build-log", workspace, runId],
    queryFn: async ({ signal }): Promise<BuildLog> => {
      if (isByHand(runId)) {
        const { log } = await requestJson<{ log: string }>(`${workspacePath(workspace)}/builds/${runId}`, { signal });
        return { text: log, isCut: false };
      }
      const read = logReader(workspace, runId, BUILD_LOG);
      const { bytes, offset } = await read({ offset: -TAIL_BYTES, limit: TAIL_BYTES }, signal);
      return { text: new TextDecoder().decode(bytes), isCut: offset > 0 };
    },
    retry: false,
  });
}
