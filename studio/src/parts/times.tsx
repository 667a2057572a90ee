/** Points in time and durations that stay true while one looks at them. */

import type { Run } from "@/api/types";
import { useNow } from "./clock";
import { formatAgo, formatDuration, formatElapsed, formatTime, formatUtc } from "./format";

export function Ago({ at }: { at: string | null }) {
  const nowMs = useNow();
  if (at === null) return <span className="quiet">–</span>;
  return (
    <time dateTime={at} title={`${formatTime(at)}\n${formatUtc(at)}`}>
      {formatAgo(at, nowMs)}
    </time>
  );
}

/** A moment in the reader's own time zone, with UTC on hover. */
export function Time({ at }: { at: string | null }) {
  if (at === null) return <span className="quiet">–</span>;
  return (
    <time dateTime={at} title={formatUtc(at)}>
      {formatTime(at)}
    </time>
  );
}

/** How long a run took, or has been running. */
export function RunDuration({ run }: { run: Run }) {
  return run.ended_at === null && run.started_at !== null ? (
    <Elapsed since={run.started_at} />
  ) : (
    <span>{formatDuration(run.duration_ms)}</span>
  );
}

function Elapsed({ since }: { since: string }) {
  const nowMs = useNow();
  return <span>{formatElapsed(nowMs - Date.parse(since))}</span>;
}
