/** The source of this run against that of another: the files that differ, and how one of them does. */

import { Spinner } from "@fluentui/react-components";
import { AddCircleRegular, EditRegular, SubtractCircleRegular } from "@fluentui/react-icons";
import { type ReactNode, useMemo } from "react";
import { useRun } from "@/api/runs";
import { useSnapshot } from "@/api/snapshots";
import type { Run, SnapshotFile } from "@/api/types";
import { useParameter } from "@/parts/addresses";
import { deferred } from "@/parts/deferred";
import { Empty } from "@/parts/Empty";
import { FileTree } from "@/parts/FileTree";
import { Problem } from "@/parts/Problem";
import { Split } from "@/parts/Split";
import { FILES } from "@/texts/files";
import { SNAPSHOTS } from "@/texts/snapshots";
import { changedFiles } from "./comparisons";

const DiffFile = deferred(() => import("./DiffFile"));
const ICONS = { added: <AddCircleRegular />, removed: <SubtractCircleRegular />, changed: <EditRegular /> };

type Props = { run: Run; files: readonly SnapshotFile[]; against: string; pick: ReactNode };

export function Changes({ run, files, against, pick }: Props) {
  const other = useRun(against);
  if (other.isLoadingError) return <Aside pick={pick}>{<Problem error={other.error} />}</Aside>;
  if (!other.data) return <Aside pick={pick}>{<Spinner label={SNAPSHOTS.loading} delay={300} />}</Aside>;
  if (other.data.snapshot_id === null) return <Aside pick={pick}>{<Empty title={SNAPSHOTS.noSnapshot} />}</Aside>;
  return <ChangesOf run={run} files={files} other={other.data} otherId={other.data.snapshot_id} pick={pick} />;
}

const Aside = ({ pick, children }: { pick: ReactNode; children: ReactNode }) => (
  <Split name="files" side={pick}>
    {children}
  </Split>
);

type OfProps = Omit<Props, "against"> & { other: Run; otherId: string };

function ChangesOf({ run, files, other, otherId, pick }: OfProps) {
  const before = useSnapshot(otherId);
  const [asked, ask] = useParameter("file");
  const changes = useMemo(() => before.data && changedFiles(before.data, files), [before.data, files]);
  if (before.isLoadingError) return <Aside pick={pick}>{<Problem error={before.error} />}</Aside>;
  if (!changes) return <Aside pick={pick}>{<Spinner label={SNAPSHOTS.loading} delay={300} />}</Aside>;
  const kinds = new Map(changes.map((change) => [change.path, change.kind]));
  const shown = changes.find((change) => change.path === asked) ?? changes[0];
  return (
    <Split
      name="files"
      side={
        <>
          <div className="files-head">
            <span className="quiet">{FILES.count(changes.length)}</span>
          </div>
          {pick}
          <FileTree
            label={SNAPSHOTS.changedFiles}
            files={changes}
            selected={shown?.path ?? null}
            select={ask}
            icon={(path) => (
              <span className={`change-${kinds.get(path)}`} title={SNAPSHOTS[kinds.get(path) ?? "changed"]}>
                {ICONS[kinds.get(path) ?? "changed"]}
              </span>
            )}
          />
        </>
      }
    >
      {shown ? (
        <DiffFile
          key={shown.path}
          change={shown}
          beforeSnapshot={otherId}
          afterSnapshot={run.snapshot_id ?? ""}
          beforeName={other.display_name}
          afterName={run.display_name}
          wait={<Spinner label={SNAPSHOTS.loading} delay={300} />}
        />
      ) : (
        <Empty title={SNAPSHOTS.same}>{SNAPSHOTS.sameWhy}</Empty>
      )}
    </Split>
  );
}
