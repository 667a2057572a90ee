/** Saved views of run tables, shared by all who see the workspace. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { requestJson, workspacePath } from "./client";
import { keys } from "./keys";
import { useWorkspace } from "./live";
import type { SavedView } from "./types";

const viewsPath = (workspace: string) => `${workspacePath(workspace)}/views`;

/** Those of one table: of an experiment, or of all runs. */
export function useSavedViews(experiment: string | null) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: keys.views(workspace),
    queryFn: ({ signal }) => requestJson<{ views: SavedView[] }>(viewsPath(workspace), { signal }),
    select: ({ views }) => views.filter((view) => view.experiment === experiment),
  });
}

export type ViewChange =
  | { make: { name: string; search: string; experiment: string | null; is_default: boolean } }
  | { change: string; name?: string; search?: string; is_default?: boolean }
  | { remove: string };

export function useChangeViews() {
  const workspace = useWorkspace();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (wanted: ViewChange): Promise<SavedView | null> => {
      const path = viewsPath(workspace);
      if ("make" in wanted) return requestJson<SavedView>(path, { method: "POST", body: wanted.make });
      if ("remove" in wanted) {
        await requestJson(`${path}/${encodeURIComponent(wanted.remove)}`, { method: "DELETE" });
        return null;
      }
      const { change, ...body } = wanted;
      return requestJson<SavedView>(`${path}/${encodeURIComponent(change)}`, { method: "PATCH", body });
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.views(workspace) }),
  });
}
