/** What differs between two snapshots. */

import type { SnapshotFile } from "@/api/types";

export type FileChange = {
  path: string;
  kind: "added" | "removed" | "changed";
  size_bytes: number;
  before: SnapshotFile | null;
  after: SnapshotFile | null;
};

/** By path; files of the same content are no change. */
export function changedFiles(before: readonly SnapshotFile[], after: readonly SnapshotFile[]): FileChange[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const changes: FileChange[] = [];
  for (const file of after) {
    const was = old.get(file.path) ?? null;
    old.delete(file.path);
    if (was?.sha256 === file.sha256) continue;
    const kind = was === null ? "added" : "changed";
    changes.push({ path: file.path, kind, size_bytes: file.size_bytes, before: was, after: file });
  }
  for (const file of old.values())
    changes.push({ path: file.path, kind: "removed", size_bytes: file.size_bytes, before: file, after: null });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}
