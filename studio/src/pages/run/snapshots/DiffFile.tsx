/** How one file differs: line by line, one text or two beside each other. */

import { Spinner, ToggleButton } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { rangeReader } from "@/api/artifacts";
import { useWorkspace } from "@/api/live";
import { snapshotFileAddress } from "@/api/snapshots";
import type { SnapshotFile } from "@/api/types";
import { useParameter } from "@/parts/addresses";
import { Problem } from "@/parts/Problem";
import { SNAPSHOTS } from "@/texts/snapshots";
import { ContentFrame } from "../files/FileFrame";
import { looksLikeText } from "../files/kinds";
import type { FileChange } from "./comparisons";
import { type DiffRow, diffRows } from "./diffs";
import "../logs/logs.css";
import "./snapshots.css";

const MOST_BYTES = 1 << 20;

type Props = {
  change: FileChange;
  beforeSnapshot: string;
  afterSnapshot: string;
  beforeName: string;
  afterName: string;
};

export default function DiffFile({ change, beforeSnapshot, afterSnapshot, beforeName, afterName }: Props) {
  const [shape, setShape] = useParameter("diff");
  const isSplit = shape === "split";
  const before = useText(beforeSnapshot, change.before);
  const after = useText(afterSnapshot, change.after);
  const isRead = before.data !== undefined && after.data !== undefined;
  const texts = isRead && before.data !== null && after.data !== null ? [before.data, after.data] : null;
  const [old, now] = texts ?? [];
  const rows = useMemo(() => (old === undefined || now === undefined ? null : diffRows(old, now)), [old, now]);
  const error = before.error ?? after.error;
  return (
    <ContentFrame
      path={change.path}
      about={
        <>
          {SNAPSHOTS[change.kind]}
          {rows && ` · ${SNAPSHOTS.counts(countOf(rows, "after"), countOf(rows, "before"))}`}
        </>
      }
      actions={
        <>
          <ToggleButton size="small" checked={!isSplit} onClick={() => setShape(null)}>
            {SNAPSHOTS.unified}
          </ToggleButton>
          <ToggleButton size="small" checked={isSplit} onClick={() => setShape("split")}>
            {SNAPSHOTS.split}
          </ToggleButton>
        </>
      }
      label={SNAPSHOTS.diffOf(change.path)}
      contentLabel={SNAPSHOTS.diffOf(change.path)}
      testId="diff"
    >
      {error && <Problem error={error} />}
      {!isRead && !error && <Spinner size="small" label={SNAPSHOTS.loading} delay={300} />}
      {isRead && texts === null && <p className="file-note">{SNAPSHOTS.tooLarge}</p>}
      {texts && rows === null && <p className="file-note">{SNAPSHOTS.tooDifferent}</p>}
      {rows && (isSplit ? <SplitDiff {...{ rows, beforeName, afterName }} /> : <UnifiedDiff rows={rows} />)}
    </ContentFrame>
  );
}

/** Null: no text, or too long a one. Empty where there is no such file. */
function useText(snapshotId: string, file: SnapshotFile | null) {
  const workspace = useWorkspace();
  return useQuery({
    queryKey: ["diff", snapshotId, file?.path ?? null],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      if (file === null) return "";
      if (file.size_bytes > MOST_BYTES) return null;
      const read = rangeReader(snapshotFileAddress(workspace, snapshotId, file.path), file.size_bytes);
      const { bytes } = await read({ offset: 0, limit: MOST_BYTES }, signal);
      return looksLikeText(bytes) ? new TextDecoder().decode(bytes) : null;
    },
  });
}

const countOf = (rows: readonly DiffRow[], side: "before" | "after") =>
  rows.filter((row) => row[side]?.isChanged).length;

type Unified = { before: number | null; after: number | null; sign: "" | "+" | "−" | "…"; text: string };

/** Lines that went, before those that came; what stayed once. */
function unified(rows: readonly DiffRow[]): Unified[] {
  const lines: Unified[] = [];
  let came: Unified[] = [];
  for (const { before, after } of rows) {
    const isChange = before?.isChanged || after?.isChanged;
    if (!isChange) {
      lines.push(...came);
      came = [];
      const sign = before === null ? "…" : "";
      lines.push({ before: before?.number ?? null, after: after?.number ?? null, sign, text: before?.text ?? "" });
      continue;
    }
    if (before) lines.push({ before: before.number, after: null, sign: "−", text: before.text });
    if (after) came.push({ before: null, after: after.number, sign: "+", text: after.text });
  }
  return [...lines, ...came];
}

const CLASSES = { "+": "diff-added", "−": "diff-removed", "…": "diff-gap", "": "" };

function UnifiedDiff({ rows }: { rows: readonly DiffRow[] }) {
  return (
    <table className="diff">
      <tbody>
        {unified(rows).map(({ before, after, sign, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a comparison have no other name
          <tr key={index} className={CLASSES[sign]}>
            <td className="diff-number">{before}</td>
            <td className="diff-number">{after}</td>
            <td className="diff-sign">{sign}</td>
            <td className="diff-text">{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function SplitDiff({
  rows,
  beforeName,
  afterName,
}: {
  rows: readonly DiffRow[];
  beforeName: string;
  afterName: string;
}) {
  return (
    <table className="diff diff-split">
      <thead>
        <tr>
          <th colSpan={2} scope="col">
            {beforeName}
          </th>
          <th colSpan={2} scope="col">
            {afterName}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ before, after }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a comparison have no other name
          <tr key={index} className={before || after ? "" : "diff-gap"}>
            <td className="diff-number">{before?.number ?? (after ? "" : "…")}</td>
            <td className={before?.isChanged ? "diff-text diff-removed" : "diff-text"}>{before?.text}</td>
            <td className="diff-number">{after?.number}</td>
            <td className={after?.isChanged ? "diff-text diff-added" : "diff-text"}>{after?.text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
