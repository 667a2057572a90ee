/** One log of a run, or several side by side, scrolled in step by the time at which their lines came in. */

import { MenuItem, Switch } from "@fluentui/react-components";
import { ColumnTripleRegular, DismissRegular } from "@fluentui/react-icons";
import { useMemo, useState } from "react";
import { artifactAddress } from "@/api/artifacts";
import { serverPlaces } from "@/api/lines";
import { useWorkspace } from "@/api/live";
import { logReader } from "@/api/logs";
import type { Run } from "@/api/types";
import { useParameter } from "@/parts/addresses";
import { IconButton } from "@/parts/IconButton";
import { MoreMenu } from "@/parts/MoreMenu";
import { isFinal } from "@/parts/Status";
import { LOGS } from "@/texts/logs";
import { DownloadLink } from "../files/FileFrame";
import { LogViewer } from "./LogViewer";
import { newStep, type Step } from "./steps";

const SEPARATOR = "\n";

/** `logs`: paths of all logs of the run. */
export function LogColumns({ run, path, logs }: { run: Run; path: string; logs: readonly string[] }) {
  const [beside, setBeside] = useParameter("beside");
  const [isInStep, setInStep] = useState(true);
  const [step] = useState(newStep);
  const others = (beside ?? "").split(SEPARATOR).filter((each) => each !== path && logs.includes(each));
  const left = logs.filter((each) => each !== path && !others.includes(each));
  const show = (paths: readonly string[]) => setBeside(paths.join(SEPARATOR) || null);
  const add = left.length > 0 && <AddColumn logs={left} add={(each) => show([...others, each])} />;
  if (others.length === 0) return <LogColumn run={run} path={path} isMain step={null} actions={add} />;
  return (
    <section className="log-columns" aria-label={LOGS.columns}>
      <div className="log-columns-bar">
        <Switch label={LOGS.inStep} checked={isInStep} onChange={(_, { checked }) => setInStep(checked)} />
      </div>
      <div className="log-columns-row">
        {[path, ...others].map((each) => (
          <LogColumn
            key={each}
            run={run}
            path={each}
            isMain={each === path}
            step={isInStep ? step : null}
            actions={
              each === path ? (
                add
              ) : (
                <IconButton
                  icon={<DismissRegular />}
                  label={LOGS.closeColumn(each)}
                  onClick={() => show(others.filter((other) => other !== each))}
                />
              )
            }
          />
        ))}
      </div>
    </section>
  );
}

type Props = { run: Run; path: string; isMain: boolean; step: Step | null; actions: React.ReactNode };

function LogColumn({ run, path, isMain, step, actions }: Props) {
  const workspace = useWorkspace();
  const runId = run.run_id;
  const source = useMemo(
    () => ({
      read: logReader(workspace, runId, path),
      places: serverPlaces(workspace, runId, path),
      live: { runId, path },
      opensAt: "end" as const,
    }),
    [workspace, runId, path],
  );
  return (
    <LogViewer
      source={source}
      name={path}
      isMain={isMain}
      step={step}
      actions={
        <>
          {actions}
          <DownloadLink address={artifactAddress(workspace, runId, path)} path={path} />
        </>
      }
      emptyText={isFinal(run.status) ? LOGS.empty : LOGS.emptyYet}
    />
  );
}

function AddColumn({ logs, add }: { logs: readonly string[]; add: (path: string) => void }) {
  return (
    <MoreMenu label={LOGS.beside} button={{ icon: <ColumnTripleRegular />, tip: LOGS.beside }}>
      {logs.map((path) => (
        <MenuItem key={path} onClick={() => add(path)}>
          {path}
        </MenuItem>
      ))}
    </MoreMenu>
  );
}
