/** How long a run was queued, prepared, running and finalizing; it moves on while the run does. */

import type { Run, Stage } from "@/api/types";
import { useNow } from "@/parts/clock";
import { formatDuration, formatElapsed, formatTime } from "@/parts/format";
import { stages as texts } from "@/texts/run";

export function StageBar({ run }: { run: Run }) {
  const stages = run.stages ?? [];
  if (stages.length === 0) return null;
  return stages.some((stage) => stage.ended_at === null) ? (
    <Moving stages={stages} />
  ) : (
    <Bar stages={stages} nowMs={0} />
  );
}

function Moving({ stages }: { stages: readonly Stage[] }) {
  return <Bar stages={stages} nowMs={useNow()} />;
}

function Bar({ stages, nowMs }: { stages: readonly Stage[]; nowMs: number }) {
  const parts = stages.filter((stage) => stage.within === null);
  const total = parts.reduce((sum, stage) => sum + lengthOf(stage, nowMs), 0);
  return (
    <section className="stages" aria-label={texts.title} data-testid="stages">
      <div className="stages-bar" aria-hidden="true">
        {parts.map((stage) => (
          <div
            key={stage.name}
            className={`stage stage-${stage.name}${stage.ended_at === null ? " stage-now" : ""}`}
            style={{ flexGrow: Math.max(lengthOf(stage, nowMs), total / 100, 1) }}
          >
            {stages
              .filter((inner) => inner.within === stage.name)
              .map((inner) => (
                <div
                  key={inner.name}
                  className={`stage-part stage-${inner.name}`}
                  style={placeIn(stage, inner, nowMs)}
                />
              ))}
          </div>
        ))}
      </div>
      <ul className="stages-names">
        {stages.map((stage) => (
          <li key={stage.name} title={span(stage)} data-stage={stage.name}>
            <span className={`stage-dot stage-${stage.name}`} aria-hidden="true" />
            <span className={stage.within === null ? "" : "quiet"}>{texts.names[stage.name] ?? stage.name}</span>
            <strong>{tookOf(stage, nowMs)}</strong>
            {stage.ended_at === null && <span className="quiet">{texts.goesOn}</span>}
          </li>
        ))}
        {parts.length > 1 && (
          <li className="stages-total">
            <span className="quiet">{texts.total}</span>
            <strong>{parts.at(-1)?.ended_at === null ? formatElapsed(total) : formatDuration(total)}</strong>
          </li>
        )}
      </ul>
    </section>
  );
}

const lengthOf = (stage: Stage, nowMs: number): number =>
  stage.duration_ms ?? Math.max(0, nowMs - Date.parse(stage.started_at));

const tookOf = (stage: Stage, nowMs: number): string =>
  stage.duration_ms === null ? formatElapsed(lengthOf(stage, nowMs)) : formatDuration(stage.duration_ms);

const span = (stage: Stage): string =>
  `${formatTime(stage.started_at)} – ${stage.ended_at === null ? texts.goesOn : formatTime(stage.ended_at)}`;

function placeIn(outer: Stage, inner: Stage, nowMs: number): { left: string; width: string } {
  const whole = Math.max(1, lengthOf(outer, nowMs));
  const begun = Date.parse(inner.started_at) - Date.parse(outer.started_at);
  const percent = (ms: number) => `${Math.min(100, Math.max(0, (100 * ms) / whole))}%`;
  return { left: percent(begun), width: percent(lengthOf(inner, nowMs)) };
}
