/** Workspaces. */

import { useQuery } from "@tanstack/react-query";
import { requestJson } from "./client";
import { keys } from "./keys";
import type { Workspace } from "./types";

export function useWorkspaces() {
  return useQuery({
    queryKey: keys.workspaces(),
    queryFn: ({ signal }) => requestJson<{ workspaces: Workspace[] }>("/api/v1/workspaces", { signal }),
    select: (answer) => answer.workspaces,
  });
}
