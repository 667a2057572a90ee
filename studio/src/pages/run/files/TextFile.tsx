/** A text of any size; one of moderate size and a known language in colours. */

import { type ReactNode, useEffect, useMemo, useState } from "react";
import { rangeReader } from "@/api/artifacts";
import { type Places, serverPlaces } from "@/api/lines";
import { useWorkspace } from "@/api/live";
import type { Line } from "@/parts/terminal/terminal";
import { FILES } from "@/texts/files";
import { LogViewer } from "../logs/LogViewer";
import { readerPlaces } from "../logs/searches";
import type { FileToShow } from "./FileFrame";
import { useHead } from "./heads";
import "./files.css";

const MOST_HIGHLIGHTED_BYTES = 512 << 10;

export function TextFile({ file, actions }: { file: FileToShow; actions: ReactNode }) {
  const { address, sizeBytes, runId, path } = file;
  const workspace = useWorkspace();
  const source = useMemo(() => {
    const read = rangeReader(address, sizeBytes);
    const places: Places = runId === undefined ? readerPlaces(read) : serverPlaces(workspace, runId, path);
    return { read, places, live: null, opensAt: "start" as const };
  }, [address, sizeBytes, runId, path, workspace]);
  return (
    <LogViewer
      source={source}
      name={path}
      actions={actions}
      emptyText={FILES.empty}
      highlighted={useHighlights(file)}
    />
  );
}

function useHighlights(file: FileToShow): readonly Line[] | null {
  const head = useHead(file, MOST_HIGHLIGHTED_BYTES, file.sizeBytes <= MOST_HIGHLIGHTED_BYTES);
  const [lines, setLines] = useState<readonly Line[] | null>(null);
  const { path } = file;
  useEffect(() => {
    let isWanted = true;
    const take = (found: readonly Line[] | null) => isWanted && setLines(found);
    const highlight = async (bytes: Uint8Array) => {
      const { highlightedLines } = await import("./highlights");
      take(await highlightedLines(path, new TextDecoder().decode(bytes)));
    };
    // Without colours (a new version took the chunk away) it is the same text.
    if (head.data) highlight(head.data).catch(() => take(null));
    return () => {
      isWanted = false;
    };
  }, [head.data, path]);
  return lines;
}
