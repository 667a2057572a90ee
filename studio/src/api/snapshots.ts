/** Snapshots: the source folder as it was. */

import { useQuery } from "@tanstack/react-query";
import { filePath, requestJson, workspacePath } from "./client";
import { keys } from "./keys";
import { useWorkspace } from "./live";
import type { SnapshotFile } from "./types";

const snapshotPath = (workspace: string, snapshotId: string) =>
  `${workspacePath(workspace)}/snapshots/${encodeURIComponent(snapshotId)}`;

export function useSnapshot(snapshotId: string) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: keys.snapshot(workspace, snapshotId),
    queryFn: ({ signal }) => requestJson<{ files: SnapshotFile[] }>(snapshotPath(workspace, snapshotId), { signal }),
    select: (answer) => answer.files,
    // A snapshot never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const snapshotFileAddress = (workspace: string, snapshotId: string, path: string) =>
  `${snapshotPath(workspace, snapshotId)}/files/${filePath(path)}`;

export const snapshotZipAddress = (workspace: string, snapshotId: string) =>
  `${snapshotPath(workspace, snapshotId)}/zip`;
