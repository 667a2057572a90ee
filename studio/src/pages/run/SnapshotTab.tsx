/** The source folder as it was when the run was submitted. */

import { Spinner } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { useWorkspace } from "@/api/live";
import { snapshotFileAddress, snapshotZipAddress, useSnapshot } from "@/api/snapshots";
import type { Run, SnapshotFile } from "@/api/types";
import { useParameter } from "@/parts/addresses";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { FileTree } from "@/parts/FileTree";
import { formatBytes } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { Split } from "@/parts/Split";
import { FILES } from "@/texts/files";
import { SNAPSHOTS } from "@/texts/snapshots";
import { FilePreview } from "./files/FilePreview";
import { Changes } from "./snapshots/Changes";
import { PickRun } from "./snapshots/PickRun";
import "./snapshots/snapshots.css";

export default function SnapshotTab({ run }: { run: Run }) {
  return run.snapshot_id === null ? <NoSnapshot /> : <SnapshotFiles run={run} snapshotId={run.snapshot_id} />;
}

function SnapshotFiles({ run, snapshotId }: { run: Run; snapshotId: string }) {
  const workspace = useWorkspace();
  const files = useSnapshot(snapshotId);
  const [asked, ask] = useParameter("file");
  const [against, setAgainst] = useParameter("against");
  if (files.isLoadingError) return <Problem error={files.error} retry={() => void files.refetch()} />;
  if (!files.data) return <Spinner className="page-wait" label={SNAPSHOTS.loading} delay={300} />;
  if (files.data.length === 0) return <Empty title={SNAPSHOTS.empty}>{SNAPSHOTS.emptyWhy}</Empty>;
  const pick = <PickRun run={run} against={against} pick={setAgainst} />;
  if (against !== null) return <Changes run={run} files={files.data} against={against} pick={pick} />;
  const shown = files.data.find((file) => file.path === asked) ?? scriptOf(files.data, run.script);
  return (
    <Split
      name="files"
      side={
        <>
          <div className="files-head">
            <span className="quiet">
              {FILES.count(files.data.length)},{" "}
              {formatBytes(files.data.reduce((sum, file) => sum + file.size_bytes, 0))}
            </span>
            <a
              className="bar-link"
              href={snapshotZipAddress(workspace, snapshotId)}
              download={`snapshot-${snapshotId}.zip`}
              data-testid="download-snapshot"
            >
              <ArrowDownloadRegular aria-hidden="true" /> {SNAPSHOTS.downloadAll}
            </a>
          </div>
          {pick}
          <FileTree label={SNAPSHOTS.files} files={files.data} selected={shown?.path ?? null} select={ask} />
        </>
      }
    >
      {shown && (
        <FilePreview
          key={shown.path}
          file={{
            path: shown.path,
            sizeBytes: shown.size_bytes,
            address: snapshotFileAddress(workspace, snapshotId, shown.path),
          }}
        />
      )}
    </Split>
  );
}

const scriptOf = (files: readonly SnapshotFile[], script: string | null) =>
  files.find((file) => file.path === script) ?? files[0];

function NoSnapshot() {
  return (
    <Empty title={SNAPSHOTS.none}>
      <p>{SNAPSHOTS.noneWhy}</p>
      <CopyText text={'exp.submit(ScriptRunConfig(source_directory=".", script="train.py"))'} />
    </Empty>
  );
}
