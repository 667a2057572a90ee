/** Outputs + logs: the tree of a run's files, and one of them, or several logs side by side. */

import { Spinner } from "@fluentui/react-components";
import { ArrowDownloadRegular, DocumentTextRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { artifactAddress, chosenZipAddress, pageAddress, useArtifacts, zipAddress } from "@/api/artifacts";
import { useWorkspace } from "@/api/live";
import type { Artifact, Run } from "@/api/types";
import { navigate, useParameter } from "@/parts/addresses";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { FileTree } from "@/parts/FileTree";
import { formatBytes } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { Split } from "@/parts/Split";
import { isFinal } from "@/parts/Status";
import { isWithin } from "@/parts/trees";
import { FILES } from "@/texts/files";
import { LOGS } from "@/texts/logs";
import { FilePreview } from "./files/FilePreview";
import { LogColumns } from "./logs/LogColumns";

export default function LogsTab({ run }: { run: Run }) {
  const artifacts = useArtifacts(run.run_id);
  const [asked] = useParameter("file");
  const [choice, choose] = useState<ReadonlySet<string>>(new Set());
  if (artifacts.isLoadingError) return <Problem error={artifacts.error} retry={() => void artifacts.refetch()} />;
  if (!artifacts.data) return <Spinner className="page-wait" label={LOGS.loadingFiles} delay={300} />;
  if (artifacts.data.length === 0) return <NoFiles run={run} />;
  const path = asked ?? firstToShow(artifacts.data);
  const shown = artifacts.data.find((artifact) => artifact.path === path);
  const logs = artifacts.data.filter((artifact) => artifact.is_log).map((artifact) => artifact.path);
  const logPaths = new Set(logs);
  const chosen = new Set(
    [...choice].filter((each) => artifacts.data.some((artifact) => isWithin(artifact.path, each))),
  );
  return (
    <Split
      name="files"
      side={
        <>
          <FilesHead run={run} artifacts={artifacts.data} chosen={[...chosen]} />
          <FileTree
            label={FILES.ofRun}
            files={artifacts.data}
            selected={path}
            select={showFile}
            choice={{ chosen, choose, label: FILES.choose }}
            icon={(each) => (logPaths.has(each) ? <DocumentTextRegular /> : undefined)}
          />
        </>
      }
    >
      {shown === undefined ? (
        <Empty title={FILES.notThere}>{FILES.mayCome(path ?? "")}</Empty>
      ) : shown.is_log ? (
        <LogColumns key={shown.path} run={run} path={shown.path} logs={logs} />
      ) : (
        <ShownFile key={shown.path} run={run} artifact={shown} />
      )}
    </Split>
  );
}

/** Another file has other lines, and nothing to find in it yet. */
function showFile(path: string): void {
  navigate(`${location.pathname}?${new URLSearchParams({ file: path })}`);
}

const LIKELY = [
  /^azureml-logs\/70_driver_log(_(rank_|worker_)?0)?\.txt$/,
  /^user_logs\/std_log(_(rank_|worker_)?0)?\.txt$/,
  /^azureml-logs\/70_/,
  /^user_logs\/std_log/,
];

/** What most people came for: the output of the script; else the newest log; else the first file. */
export function firstToShow(artifacts: readonly Artifact[]): string | null {
  for (const pattern of LIKELY) {
    const likely = artifacts.find((artifact) => pattern.test(artifact.path));
    if (likely) return likely.path;
  }
  return (artifacts.find((artifact) => artifact.is_log) ?? artifacts[0])?.path ?? null;
}

type HeadProps = { run: Run; artifacts: readonly Artifact[]; chosen: readonly string[] };

function FilesHead({ run, artifacts, chosen }: HeadProps) {
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.size_bytes, 0);
  const isSome = chosen.length > 0;
  return (
    <div className="files-head">
      <span className="quiet">
        {FILES.count(artifacts.length)}, {formatBytes(bytes)}
      </span>
      <a
        className="bar-link"
        href={isSome ? chosenZipAddress(run.workspace, run.run_id, chosen) : zipAddress(run.workspace, run.run_id)}
        download={`${run.run_id}.zip`}
        data-testid="download-all"
      >
        <ArrowDownloadRegular aria-hidden="true" /> {isSome ? FILES.downloadChosen(chosen.length) : FILES.downloadAll}
      </a>
    </div>
  );
}

function ShownFile({ run, artifact }: { run: Run; artifact: Artifact }) {
  const workspace = useWorkspace();
  const { path, size_bytes: sizeBytes } = artifact;
  const address = artifactAddress(workspace, run.run_id, path);
  const inlineAddress = artifactAddress(workspace, run.run_id, path, { inline: true });
  const page = pageAddress(workspace, run.run_id, path);
  return <FilePreview file={{ path, sizeBytes, address, inlineAddress, pageAddress: page, runId: run.run_id }} />;
}

function NoFiles({ run }: { run: Run }) {
  return (
    <Empty title={isFinal(run.status) ? FILES.none : FILES.noneYet}>
      <p>
        {FILES.howLogs} <code>{"azureml-logs/70_driver_log.txt"}</code>
        {FILES.howOutputs} <code>{"./outputs"}</code> {FILES.howLogsFolder} <code>{"./logs"}</code> {FILES.howAny}
      </p>
      <CopyText text={'run.upload_file("outputs/model.pkl", "model.pkl")'} />
    </Empty>
  );
}
