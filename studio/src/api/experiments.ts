/** Experiments. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { query, requestJson, workspacePath } from "./client";
import { keys } from "./keys";
import { useWorkspace } from "./live";
import type { Experiment } from "./types";

export const experimentsOptions = (workspace: string, archived = false) =>
  queryOptions({
    queryKey: [...keys.experiments(workspace), { archived }],
    queryFn: ({ signal }) =>
      requestJson<{ experiments: Experiment[] }>(
        `${workspacePath(workspace)}/experiments${query({ include_archived: archived || null })}`,
        { signal },
      ),
    select: (answer) => answer.experiments,
  });

export const useExperiments = ({ archived = false } = {}) => useQuery(experimentsOptions(useWorkspace(), archived));

export type ExperimentChange = { name: string; archived?: boolean; description?: string };

export function useChangeExperiment() {
  const workspace = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, ...body }: ExperimentChange) =>
      requestJson<Experiment>(`${workspacePath(workspace)}/experiments/${encodeURIComponent(name)}`, {
        method: "PATCH",
        body,
      }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.experiments(workspace) }),
  });
}
