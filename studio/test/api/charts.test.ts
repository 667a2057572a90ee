import { expect, test, vi } from "vitest";
import { type ChartQuery, chartQueue } from "@/api/charts";
import type { ChartPoints } from "@/api/types";

const asked = (name: string): ChartQuery & { run_id: string } => ({
  name,
  column: "",
  x: "step",
  pixels: 1,
  run_id: "r",
});
const points = (column: string) => ({ column }) as ChartPoints;

test("charts that are asked for within a moment travel together, and each gets its own answer", async () => {
  const send = vi.fn(async (questions: readonly { name: string }[]) => questions.map(({ name }) => points(name)));
  const ask = chartQueue(send);
  const answers = await Promise.all(["a", "b", "c"].map((name) => ask(asked(name))));
  expect(answers.map((each) => each.column)).toEqual(["a", "b", "c"]);
  expect(send).toHaveBeenCalledTimes(1);
});

test("one chart that cannot be drawn spoils no other", async () => {
  const ask = chartQueue(async () => [{ error: { code: "not_found", message: "no metric" } }, points("b")]);
  const [bad, good] = await Promise.allSettled([ask(asked("a")), ask(asked("b"))]);
  expect(bad).toMatchObject({ status: "rejected", reason: { code: "not_found" } });
  expect(good).toMatchObject({ status: "fulfilled", value: { column: "b" } });
});

test("what was taken back before it was sent is not asked, and a request nobody waits for is given up", async () => {
  const signals: AbortSignal[] = [];
  const names: string[][] = [];
  const ask = chartQueue((questions, signal) => {
    names.push(questions.map(({ name }) => name));
    signals.push(signal);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  const early = new AbortController();
  const [first, second] = [new AbortController(), new AbortController()];
  const gone = ask(asked("gone"), early.signal);
  early.abort();
  await expect(gone).rejects.toBeDefined();
  const waiting = [ask(asked("a"), first.signal), ask(asked("b"), second.signal)];
  await vi.waitFor(() => expect(names).toEqual([["a", "b"]]));
  first.abort();
  expect(signals[0]?.aborted).toBe(false);
  second.abort();
  expect(signals[0]?.aborted).toBe(true);
  await expect(Promise.allSettled(waiting)).resolves.toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
});
