/** The state of a run: always a shape and a word, colour only besides. */

import {
  ArrowCircleUpFilled,
  ArrowSyncCircleFilled,
  CheckmarkCircleFilled,
  CircleRegular,
  ClockRegular,
  DismissCircleRegular,
  ErrorCircleFilled,
  type FluentIcon,
  SettingsRegular,
  SubtractCircleFilled,
} from "@fluentui/react-icons";
import type { Status as RunStatus } from "@/api/types";

type Look = { icon: FluentIcon; words: string; tone: "waiting" | "running" | "good" | "bad" | "quiet" };

const LOOKS: Record<RunStatus, Look> = {
  NotStarted: { icon: CircleRegular, words: "Not started", tone: "waiting" },
  Queued: { icon: ClockRegular, words: "Queued", tone: "waiting" },
  Preparing: { icon: SettingsRegular, words: "Preparing", tone: "waiting" },
  Provisioning: { icon: SettingsRegular, words: "Provisioning", tone: "waiting" },
  Starting: { icon: SettingsRegular, words: "Starting", tone: "waiting" },
  Running: { icon: ArrowSyncCircleFilled, words: "Running", tone: "running" },
  Finalizing: { icon: ArrowCircleUpFilled, words: "Finalizing", tone: "running" },
  CancelRequested: { icon: DismissCircleRegular, words: "Canceling", tone: "waiting" },
  Completed: { icon: CheckmarkCircleFilled, words: "Completed", tone: "good" },
  Failed: { icon: ErrorCircleFilled, words: "Failed", tone: "bad" },
  Canceled: { icon: SubtractCircleFilled, words: "Canceled", tone: "quiet" },
};

export const isFinal = (status: RunStatus): boolean =>
  status === "Completed" || status === "Failed" || status === "Canceled";

export function Status({ status }: { status: RunStatus }) {
  const look = LOOKS[status] ?? { icon: CircleRegular, words: status, tone: "quiet" as const };
  const Icon = look.icon;
  return (
    <span className={`status status-${look.tone}`} data-status={status}>
      <Icon aria-hidden="true" className={status === "Running" ? "turning" : undefined} />
      {look.words}
    </span>
  );
}
