/** Lines of a run's files: where they are, when they came, which of them hold something. */

import { filePath, query, request, requestJson, runPath } from "./client";

export type Place = { line: number; offset: number };

/** From each of the bytes on, what follows came in at the time beside it. */
export type Arrivals = { offsets: readonly number[]; times: readonly number[] };

export type Wanted = { text: string; isRegex: boolean; isErrors: boolean };

/** A line, where it begins, and where the match is. */
export type Match = readonly [line: number, offset: number, at: number];

/** What a search tells from time to time: new matches, and how many lines there are so far. */
export type Progress = { matches: readonly Match[]; count: number; readBytes: number; sizeBytes: number };

/** What can be asked about the lines of one file. */
export type Places = {
  ofLine: (line: number, signal?: AbortSignal) => Promise<Place>;
  ofByte: (offset: number, signal?: AbortSignal) => Promise<Place>;
  search: (wanted: Wanted, start: number, tell: (progress: Progress) => void, signal: AbortSignal) => Promise<void>;
  /** Only where somebody noted times and knows regular expressions that end: on the server. */
  server: {
    ofTime: (timeMs: number, signal?: AbortSignal) => Promise<Place>;
    arrivals: (start: number, end: number, signal?: AbortSignal) => Promise<Arrivals>;
  } | null;
};

export function serverPlaces(workspace: string, runId: string, path: string): Places {
  const address = (room: string, asked: Parameters<typeof query>[0]) =>
    `${runPath(workspace, runId)}/${room}/${filePath(path)}${query(asked)}`;
  const place = (asked: Parameters<typeof query>[0], signal?: AbortSignal) =>
    requestJson<Place>(address("lines", asked), { signal });
  return {
    ofLine: (line, signal) => place({ line }, signal),
    ofByte: (offset, signal) => place({ offset }, signal),
    search: async (wanted, start, tell, signal) => {
      const asked = { text: wanted.text, regex: wanted.isRegex, errors: wanted.isErrors, start };
      const answer = await request(address("search", asked), { signal });
      await eachLine(answer, (line) => {
        const { matches, count, read_bytes, size_bytes } = JSON.parse(line) as Told;
        tell({ matches, count, readBytes: read_bytes, sizeBytes: size_bytes });
      });
    },
    server: {
      ofTime: (timeMs, signal) => place({ time_ms: Math.round(timeMs) }, signal),
      arrivals: async (start, end, signal) => {
        const told = await requestJson<{ offsets: number[]; times_ms: number[] }>(address("arrivals", { start, end }), {
          signal,
        });
        return { offsets: told.offsets, times: told.times_ms };
      },
    },
  };
}

type Told = { matches: Match[]; count: number; read_bytes: number; size_bytes: number };

async function eachLine(answer: Response, take: (line: string) => void): Promise<void> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
}
