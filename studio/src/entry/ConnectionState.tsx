/** Whether what is shown is live. */

import { ArrowSyncRegular, PauseCircleRegular, PlugDisconnectedRegular } from "@fluentui/react-icons";
import { useConnection } from "@/api/live";
import type { Connection } from "@/api/stream";

const WORDS: Record<Connection, { text: string; title: string }> = {
  connecting: { text: "Connecting", title: "Asking the server for its stream of changes" },
  live: { text: "Live", title: "Changes appear by themselves" },
  reconnecting: {
    text: "Reconnecting",
    title: "The server does not answer; what you see may be old. `runstead status` says whether it runs.",
  },
  paused: { text: "Paused", title: "Nobody was looking; changes appear again now" },
};

export function ConnectionState() {
  const state = useConnection();
  const { text, title } = WORDS[state];
  return (
    <span
      className={`connection connection-${state}`}
      role="status"
      title={title}
      data-testid="connection"
      data-state={state}
    >
      {state === "live" && <span className="live-dot" aria-hidden="true" />}
      {state === "connecting" && <ArrowSyncRegular aria-hidden="true" />}
      {state === "reconnecting" && <PlugDisconnectedRegular aria-hidden="true" />}
      {state === "paused" && <PauseCircleRegular aria-hidden="true" />}
      {text}
    </span>
  );
}
