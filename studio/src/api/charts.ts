/** Points to draw. Charts that are asked for within a moment travel in one request; who scrolls away takes the question back. */

import { ApiError, requestJson, workspacePath } from "./client";
import type { ChartPoints } from "./types";

export type ChartQuery = {
  name: string;
  column: string;
  /** `step`, `time`, `index`, or a column of the series. */
  x: string;
  from?: number | null;
  to?: number | null;
  pixels: number;
  /** Pixels are even in the logarithm of x. */
  log?: boolean;
};

type Question = ChartQuery & { run_id: string };
type Answer = ChartPoints | { error: { code: string; message: string } };
type Send = (questions: readonly Question[], signal: AbortSignal) => Promise<readonly Answer[]>;
type Waiting = {
  question: Question;
  signal: AbortSignal | undefined;
  resolve: (points: ChartPoints) => void;
  reject: (error: unknown) => void;
};

const MOST_TOGETHER = 16;
const MOST_UNDER_WAY = 2;
const MOMENT_MS = 10;

/** One queue of questions; `send` asks many at once. A request is given up when nobody waits for any of its answers. */
export function chartQueue(send: Send) {
  let waiting: Waiting[] = [];
  let underWay = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      next();
    }, MOMENT_MS);
  };
  const next = () => {
    while (underWay < MOST_UNDER_WAY && waiting.length > 0) {
      const together = waiting.slice(0, MOST_TOGETHER);
      waiting = waiting.slice(MOST_TOGETHER);
      underWay += 1;
      void answered(together).finally(() => {
        underWay -= 1;
        next();
      });
    }
  };
  const answered = async (together: readonly Waiting[]) => {
    const control = new AbortController();
    const given = () => together.every(({ signal }) => signal?.aborted) && control.abort();
    for (const { signal } of together) signal?.addEventListener("abort", given);
    try {
      const answers = await send(
        together.map(({ question }) => question),
        control.signal,
      );
      together.forEach(({ resolve, reject }, index) => {
        const answer = answers[index];
        if (answer === undefined) reject(new Error("the server answered fewer charts than were asked for"));
        else if ("error" in answer) reject(new ApiError(400, answer.error.code, answer.error.message));
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of together) reject(error);
    } finally {
      for (const { signal } of together) signal?.removeEventListener("abort", given);
    }
  };

  return (question: Question, signal?: AbortSignal): Promise<ChartPoints> =>
    new Promise((resolve, reject) => {
      const mine: Waiting = { question, signal, resolve, reject };
      waiting.push(mine);
      signal?.addEventListener("abort", () => {
        if (!waiting.includes(mine)) return;
        waiting = waiting.filter((each) => each !== mine);
        reject(signal.reason);
      });
      later();
    });
}

const queues = new Map<string, ReturnType<typeof chartQueue>>();

export function askChart(workspace: string, runId: string, wanted: ChartQuery, signal?: AbortSignal) {
  const queue =
    queues.get(workspace) ??
    chartQueue(async (charts, control) => {
      const path = `${workspacePath(workspace)}/metrics/charts`;
      const answer = await requestJson<{ charts: Answer[] }>(path, {
        method: "POST",
        body: { charts },
        signal: control,
      });
      return answer.charts;
    });
  queues.set(workspace, queue);
  return queue({ ...wanted, run_id: runId }, signal);
}

/** Several runs as one (docs/notes/charts.md, "Bands"). */
export type Band = {
  x: number[];
  mean: (number | string | null)[];
  deviation: (number | string | null)[];
  low: (number | string | null)[];
  high: (number | string | null)[];
  present: number[];
  runs: number;
  total: number;
  x_kind: string;
};
export type BandQuery = ChartQuery & { run_ids: readonly string[] };

export const askBands = async (workspace: string, bands: readonly BandQuery[], signal?: AbortSignal) => {
  const path = `${workspacePath(workspace)}/metrics/bands`;
  const asked = bands.map(({ log: _, ...band }) => band);
  return (await requestJson<{ bands: Band[] }>(path, { method: "POST", body: { bands: asked }, signal })).bands;
};
