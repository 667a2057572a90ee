/** Workspaces. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { requestJson } from "./client";
import { keys } from "./keys";
import type { Workspace } from "./types";

export const workspacesOptions = () =>
  queryOptions({
    queryKey: keys.workspaces(),
    queryFn: ({ signal }) => requestJson<{ workspaces: Workspace[] }>("/api/v1/workspaces", { signal }),
    select: (answer) => answer.workspaces,
  });

export const useWorkspaces = () => useQuery(workspacesOptions());
