// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { refresher } from "@/api/live";
import { changeStream } from "@/api/stream";
import type { Change } from "@/api/types";

/** Stands in for the browser's EventSource, which happy-dom does not have. */
class FakeSource extends EventTarget {
  static opened: FakeSource[] = [];
  closed = false;
  constructor(readonly url: string) {
    super();
    FakeSource.opened.push(this);
  }
  close() {
    this.closed = true;
  }
  say(type: string, data: unknown, lastEventId = "") {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }));
  }
}
const open = (url: string) => new FakeSource(url) as unknown as EventSource;
const latest = () => FakeSource.opened.at(-1) as FakeSource;
const aChange: Change = { noun: "run", run_id: "r1", experiment: "e", parent_id: null, key: null };

beforeEach(() => {
  FakeSource.opened = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test("a stream that breaks is opened again after the last change that was seen", () => {
  const stream = changeStream("default", open);
  const seen: Change[] = [];
  stream.subscribe((change) => seen.push(change));
  stream.start();
  latest().say("hello", { cursor: 7 });
  expect(stream.connection()).toBe("live");
  latest().say("change", aChange, "9");
  latest().dispatchEvent(new Event("error"));
  expect(stream.connection()).toBe("reconnecting");
  vi.advanceTimersByTime(300);
  expect(latest().url).toBe("/api/v1/workspaces/default/events?after=9");
  latest().say("change", aChange, "10");
  expect(seen).toHaveLength(2);
});

test("while there is no stream everything shown is asked for anew, again and again, ever more slowly", () => {
  const stream = changeStream("default", open);
  let gaps = 0;
  stream.onGap(() => {
    gaps += 1;
  });
  stream.start();
  for (let attempt = 0; attempt < 6; attempt += 1) {
    latest().dispatchEvent(new Event("error"));
    vi.advanceTimersByTime(5000);
  }
  expect(gaps).toBe(6);
  expect(FakeSource.opened).toHaveLength(7);
  expect(FakeSource.opened.slice(0, -1).every((source) => source.closed)).toBe(true);
});

test("a key that is being fetched waits for the next round instead of being cut off", async () => {
  vi.useRealTimers();
  const client = new QueryClient();
  let asked = 0;
  const slow = () =>
    new Promise((resolve) => {
      asked += 1;
      setTimeout(() => resolve(asked), 50);
    });
  const first = client.fetchQuery({ queryKey: ["series", "w", "r"], queryFn: slow });
  const refresh = refresher(client, 10);
  refresh.mark([["series", "w", "r"]]);
  await vi.waitFor(() => expect(client.getQueryState(["series", "w", "r"])?.isInvalidated).toBe(true), 10_000);
  expect(await first).toBe(1);
  refresh.stop();
});
