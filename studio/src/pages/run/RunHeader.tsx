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
import { experimentTexts } from "@/texts/experiments";
import { status as words } from "@/texts/parts";
import { details, run as texts } from "@/texts/run";
import { header } from "@/texts/shell";
import { CancelRun } from "./CancelRun";

export function RunHeader({ run }: { run: Run }) {
  const change = useChangeRun(run.run_id);
  return (
    <header className="run-head">
      <nav className="crumbs" aria-label={header.crumbs}>
        <Link href={addresses.experiments(run.workspace)}>{experimentTexts.title}</Link>
        <span aria-hidden="true">/</span>
        <Link href={addresses.experiment(run.workspace, run.experiment)}>{run.experiment}</Link>
        {run.parent_id !== null && <ParentCrumb workspace={run.workspace} parentId={run.parent_id} />}
      </nav>
      <div className="run-head-line">
        <h1>
          <EditableText
            label={texts.name}
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
          <span className="quiet">{details.facts.created}</span> <Ago at={run.created_at} />
        </span>
        {run.started_at !== null && (
          <span>
            <span className="quiet">{details.facts.duration}</span> <RunDuration run={run} />
          </span>
        )}
        <span className="run-id">
          <code>{run.run_id}</code>
          <CopyButton text={run.run_id} label={texts.copyId} />
        </span>
      </div>
      {run.error !== null && (
        <MessageBar intent="error" layout="multiline" className="run-error" data-testid="run-error">
          <MessageBarBody>
            <MessageBarTitle>{run.error.code || words.Failed}</MessageBarTitle>
            <span className="run-error-text">{run.error.message}</span>{" "}
            <Link href={addresses.run(run.workspace, run.run_id, "logs")}>{texts.seeLogs}</Link>
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
