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
import { formatBytes, plural } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { Split } from "@/parts/Split";
import { FilePreview } from "./files/FilePreview";

export default function SnapshotTab({ run }: { run: Run }) {
  return run.snapshot_id === null ? <NoSnapshot /> : <SnapshotFiles run={run} snapshotId={run.snapshot_id} />;
}

function SnapshotFiles({ run, snapshotId }: { run: Run; snapshotId: string }) {
  const workspace = useWorkspace();
  const files = useSnapshot(snapshotId);
  const [asked, ask] = useParameter("file");
  if (files.isLoadingError) return <Problem error={files.error} retry={() => void files.refetch()} />;
  if (!files.data) return <Spinner className="page-wait" label="Loading the snapshot" delay={300} />;
  if (files.data.length === 0)
    return (
      <Empty title="The source folder was empty">Everything in it was left out by its .amlignore or .gitignore.</Empty>
    );
  const shown = files.data.find((file) => file.path === asked) ?? scriptOf(files.data, run.script);
  return (
    <Split
      name="files"
      side={
        <>
          <div className="files-head">
            <span className="quiet">
              {plural(files.data.length, "file")},{" "}
              {formatBytes(files.data.reduce((sum, file) => sum + file.size_bytes, 0))}
            </span>
            <a
              className="bar-link"
              href={snapshotZipAddress(workspace, snapshotId)}
              download={`snapshot-${snapshotId}.zip`}
              data-testid="download-snapshot"
            >
              <ArrowDownloadRegular aria-hidden="true" /> Download all
            </a>
          </div>
          <FileTree label="Files of the snapshot" files={files.data} selected={shown?.path ?? null} select={ask} />
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
    <Empty title="This run has no snapshot">
      <p>An interactive run keeps no copy of its source. Submit the script, and the whole folder is kept as it was:</p>
      <CopyText text={'exp.submit(ScriptRunConfig(source_directory=".", script="train.py"))'} />
    </Empty>
  );
}
