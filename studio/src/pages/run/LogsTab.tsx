/** Outputs + logs: the tree of a run's files, and one of them. */

import { Spinner } from "@fluentui/react-components";
import { ArrowDownloadRegular, DocumentTextRegular } from "@fluentui/react-icons";
import { useMemo } from "react";
import { artifactAddress, useArtifacts, zipAddress } from "@/api/artifacts";
import { useWorkspace } from "@/api/live";
import { logReader } from "@/api/logs";
import type { Artifact, Run } from "@/api/types";
import { useParameter } from "@/parts/addresses";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { FileTree } from "@/parts/FileTree";
import { formatBytes, plural } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { Split } from "@/parts/Split";
import { isFinal } from "@/parts/Status";
import { DownloadLink, FilePreview } from "./files/FilePreview";
import { LogViewer } from "./logs/LogViewer";

export default function LogsTab({ run }: { run: Run }) {
  const artifacts = useArtifacts(run.run_id);
  const [asked, ask] = useParameter("file");
  if (artifacts.isLoadingError) return <Problem error={artifacts.error} retry={() => void artifacts.refetch()} />;
  if (!artifacts.data) return <Spinner className="page-wait" label="Loading the files" delay={300} />;
  if (artifacts.data.length === 0) return <NoFiles run={run} />;
  const path = asked ?? firstToShow(artifacts.data);
  const shown = artifacts.data.find((artifact) => artifact.path === path);
  const logs = new Set(artifacts.data.filter((artifact) => artifact.is_log).map((artifact) => artifact.path));
  return (
    <Split
      name="files"
      side={
        <>
          <FilesHead run={run} artifacts={artifacts.data} />
          <FileTree
            label="Files of the run"
            files={artifacts.data}
            selected={path}
            select={ask}
            icon={(each) => (logs.has(each) ? <DocumentTextRegular /> : undefined)}
          />
        </>
      }
    >
      {shown ? (
        <ShownFile key={shown.path} run={run} artifact={shown} />
      ) : (
        <Empty title="This file is not there (yet)">{path} may still come. Choose another one on the left.</Empty>
      )}
    </Split>
  );
}

const LIKELY = [/^azureml-logs\/70_driver_log(_0|_rank_0)?\.txt$/, /^user_logs\/std_log/, /^azureml-logs\/70_/];

/** What most people came for: the output of the script; else the newest log; else the first file. */
export function firstToShow(artifacts: readonly Artifact[]): string | null {
  for (const pattern of LIKELY) {
    const likely = artifacts.find((artifact) => pattern.test(artifact.path));
    if (likely) return likely.path;
  }
  return (artifacts.find((artifact) => artifact.is_log) ?? artifacts[0])?.path ?? null;
}

function FilesHead({ run, artifacts }: { run: Run; artifacts: Artifact[] }) {
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.size_bytes, 0);
  return (
    <div className="files-head">
      <span className="quiet">
        {plural(artifacts.length, "file")}, {formatBytes(bytes)}
      </span>
      <a
        className="bar-link"
        href={zipAddress(run.workspace, run.run_id)}
        download={`${run.run_id}.zip`}
        data-testid="download-all"
      >
        <ArrowDownloadRegular aria-hidden="true" /> Download all
      </a>
    </div>
  );
}

function ShownFile({ run, artifact }: { run: Run; artifact: Artifact }) {
  const workspace = useWorkspace();
  const { run_id: runId } = run;
  const { path, is_log: isLog, size_bytes: sizeBytes } = artifact;
  const address = artifactAddress(workspace, runId, path);
  const source = useMemo(
    () => ({ read: logReader(workspace, runId, path), live: { runId, path }, opensAt: "end" as const }),
    [workspace, runId, path],
  );
  if (isLog)
    return (
      <LogViewer
        source={source}
        name={path}
        actions={<DownloadLink address={address} path={path} />}
        emptyText={
          isFinal(run.status)
            ? "Nothing was written to this log."
            : "Nothing was written to this log yet. Lines appear here as they are printed."
        }
      />
    );
  return (
    <FilePreview
      file={{ path, sizeBytes, address, inlineAddress: artifactAddress(workspace, runId, path, { inline: true }) }}
    />
  );
}

function NoFiles({ run }: { run: Run }) {
  return (
    <Empty title={isFinal(run.status) ? "This run left no files" : "No files yet"}>
      <p>
        A submitted script's output is kept as <code>azureml-logs/70_driver_log.txt</code>; what it writes into{" "}
        <code>./outputs</code> is kept when it ends, <code>./logs</code> while it runs. Any file can be kept with
      </p>
      <CopyText text={'run.upload_file("outputs/model.pkl", "model.pkl")'} />
    </Empty>
  );
}
