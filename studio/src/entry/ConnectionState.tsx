/** Whether what is shown is live: in the top bar always, and in a banner while the server is away. */

import { ArrowSyncRegular, PauseCircleRegular, PlugDisconnectedRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import { useConnection } from "@/api/live";
import { connection } from "@/texts/shell";

export function ConnectionState() {
  const state = useConnection();
  const { text, title } = connection[state];
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

const AWAY_MS = 2_000;

/** Lies over the page, so that nothing moves; comes only if the server stays away, and goes by itself. */
export function AwayBanner() {
  const isAway = useConnection() === "reconnecting";
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(isAway), isAway ? AWAY_MS : 0);
    return () => clearTimeout(timer);
  }, [isAway]);
  return (
    <div className="away" role="status" data-testid="away">
      {isShown && (
        <p>
          <PlugDisconnectedRegular aria-hidden="true" />
          <span>
            <strong>{connection.away}</strong> {connection.awayHint}
            <code>{connection.awayCommand}</code>
            {connection.awayHintEnd}
          </span>
        </p>
      )}
    </div>
  );
}
