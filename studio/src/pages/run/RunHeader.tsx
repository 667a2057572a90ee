/** The head of a run: where it belongs, its name, how it is. */

import { MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { useChangeRun, useRun } from "@/api/runs";
import type { Run } from "@/api/types";
import { addresses } from "@/parts/addresses";
import { CopyButton } from "@/parts/CopyText";
import { EditableText } from "@/parts/EditableText";
import { Link } from "@/parts/Link";
import { Status } from "@/parts/Status";
import { Ago, RunDuration } from "@/parts/times";
import { CancelRun } from "./CancelRun";

export function RunHeader({ run }: { run: Run }) {
  const change = useChangeRun(run.run_id);
  return (
    <header className="run-head">
      <nav className="crumbs" aria-label="Where this run belongs">
        <Link href={addresses.experiments(run.workspace)}>Experiments</Link>
        <span aria-hidden="true">/</span>
        <Link href={addresses.experiment(run.workspace, run.experiment)}>{run.experiment}</Link>
        {run.parent_id !== null && <ParentCrumb workspace={run.workspace} parentId={run.parent_id} />}
      </nav>
      <div className="run-head-line">
        <h1>
          <EditableText
            label="Name of the run"
            text={run.display_name}
            save={(display_name) => change.mutateAsync({ display_name })}
          />
        </h1>
        <CancelRun run={run} />
      </div>
      <div className="run-facts">
        <span data-testid="run-status">
          <Status status={run.status} />
        </span>
        <span>
          <span className="quiet">Created</span> <Ago at={run.created_at} />
        </span>
        {run.started_at !== null && (
          <span>
            <span className="quiet">Duration</span> <RunDuration run={run} />
          </span>
        )}
        <span className="run-id">
          <code>{run.run_id}</code>
          <CopyButton text={run.run_id} label="Copy the run id" />
        </span>
      </div>
      {run.error !== null && (
        <MessageBar intent="error" layout="multiline" className="run-error" data-testid="run-error">
          <MessageBarBody>
            <MessageBarTitle>{run.error.code || "Failed"}</MessageBarTitle>
            <span className="run-error-text">{run.error.message}</span>{" "}
            <Link href={addresses.run(run.workspace, run.run_id, "logs")}>See the logs</Link>
          </MessageBarBody>
        </MessageBar>
      )}
    </header>
  );
}

function ParentCrumb({ workspace, parentId }: { workspace: string; parentId: string }) {
  const parent = useRun(parentId);
  return (
    <>
      <span aria-hidden="true">/</span>
      <Link href={addresses.run(workspace, parentId, "children")}>{parent.data?.display_name ?? parentId}</Link>
    </>
  );
}
