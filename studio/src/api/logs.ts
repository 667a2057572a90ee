/** Logs by byte offset. */

import { filePath, query, request, runPath } from "./client";

export type Piece = { bytes: Uint8Array; offset: number; sizeBytes: number; isFinal: boolean };

/** Reads up to `limit` bytes of one log; a negative offset counts from its end. */
export type ReadPiece = (wanted: { offset: number; limit: number }, signal?: AbortSignal) => Promise<Piece>;

export const logReader =
  (workspace: string, runId: string, path: string): ReadPiece =>
  async ({ offset, limit }, signal) => {
    const address = `${runPath(workspace, runId)}/logs/${filePath(path)}${query({ offset, limit })}`;
    const answer = await request(address, { signal });
    return {
      bytes: new Uint8Array(await answer.arrayBuffer()),
      offset: Number(answer.headers.get("X-Runstead-Offset")),
      sizeBytes: Number(answer.headers.get("X-Runstead-Size")),
      isFinal: answer.headers.get("X-Runstead-Final") === "1",
    };
  };
