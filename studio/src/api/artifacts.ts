/** Files of a run: artifacts, and logs among them. */

import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { filePath, query, request, requestJson, runPath } from "./client";
import { keys } from "./keys";
import { useChanges, useWorkspace } from "./live";
import type { ReadPiece } from "./logs";
import type { Artifact } from "./types";

// A log that grows changes one size in the list; that may be seen a little later.
const SIZES_MS = 3000;

export const artifactsOptions = (workspace: string, runId: string) =>
  queryOptions({
    queryKey: keys.artifacts(workspace, runId),
    queryFn: ({ signal }) =>
      requestJson<{ artifacts: Artifact[] }>(`${runPath(workspace, runId)}/artifacts`, { signal }),
    select: (found) => found.artifacts,
  });

/** All files of a run. A new log shows at once, the size of a known one a little later. */
export function useArtifacts(runId: string) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const answer = useQuery(artifactsOptions(workspace, runId));
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useChanges((change) => {
    if (change.noun !== "log" || change.run_id !== runId) return;
    const refresh = () => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey: keys.artifacts(workspace, runId) });
    };
    const isKnown = answer.data?.some((artifact) => artifact.path === change.key);
    if (!isKnown) refresh();
    else timer.current ??= setTimeout(refresh, SIZES_MS);
  });
  return answer;
}

export const artifactAddress = (workspace: string, runId: string, path: string, { inline = false } = {}) =>
  `${runPath(workspace, runId)}/artifacts/${filePath(path)}${query({ inline: inline ? 1 : null })}`;

/** Where an HTML or SVG file is shown, sandboxed by the server. */
export const pageAddress = (workspace: string, runId: string, path: string) =>
  `${runPath(workspace, runId)}/pages/${filePath(path)}`;

/** A zip of these files, and of folders that end in a slash. */
export const chosenZipAddress = (workspace: string, runId: string, paths: readonly string[]) =>
  `${runPath(workspace, runId)}/zip?${new URLSearchParams(paths.map((path) => ["path", path]))}`;

export const zipAddress = (workspace: string, runId: string, prefix = "") =>
  `${runPath(workspace, runId)}/zip${query({ prefix })}`;

/** Reads any file by ranges, in the way logs are read; negative offsets count from its end. `sizeBytes` is what the list says. */
export const rangeReader =
  (address: string, sizeBytes: number): ReadPiece =>
  async ({ offset, limit }, signal) => {
    const from = offset < 0 ? Math.max(0, sizeBytes + offset) : offset;
    const to = Math.min(sizeBytes, from + limit);
    if (to <= from) return { bytes: new Uint8Array(), offset: from, sizeBytes, isFinal: true };
    const answer = await request(address, { signal, headers: { Range: `bytes=${from}-${to - 1}` } });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    // A server in between may not know ranges and send the whole file.
    const wanted = answer.status === 206 ? bytes : bytes.slice(from, to);
    return { bytes: wanted, offset: from, sizeBytes, isFinal: true };
  };
