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
import { status as words } from "@/texts/parts";

type Look = { icon: FluentIcon; tone: "waiting" | "running" | "good" | "bad" | "quiet" };

const LOOKS: Record<RunStatus, Look> = {
  NotStarted: { icon: CircleRegular, tone: "waiting" },
  Queued: { icon: ClockRegular, tone: "waiting" },
  Preparing: { icon: SettingsRegular, tone: "waiting" },
  Provisioning: { icon: SettingsRegular, tone: "waiting" },
  Starting: { icon: SettingsRegular, tone: "waiting" },
  Running: { icon: ArrowSyncCircleFilled, tone: "running" },
  Finalizing: { icon: ArrowCircleUpFilled, tone: "running" },
  CancelRequested: { icon: DismissCircleRegular, tone: "waiting" },
  Completed: { icon: CheckmarkCircleFilled, tone: "good" },
  Failed: { icon: ErrorCircleFilled, tone: "bad" },
  Canceled: { icon: SubtractCircleFilled, tone: "quiet" },
};

export const isFinal = (status: RunStatus): boolean =>
  status === "Completed" || status === "Failed" || status === "Canceled";

export function Status({ status }: { status: RunStatus }) {
  const look = LOOKS[status] ?? { icon: CircleRegular, tone: "quiet" as const };
  const Icon = look.icon;
  return (
    <span className={`status status-${look.tone}`} data-status={status}>
      <Icon aria-hidden="true" className={status === "Running" ? "turning" : undefined} />
      {words[status] ?? status}
    </span>
  );
}
