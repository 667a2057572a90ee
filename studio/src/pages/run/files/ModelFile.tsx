/** A model, a pickle or any other file that is not opened: what its head says, and its first bytes. */

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { rangeReader } from "@/api/artifacts";
import { Problem } from "@/parts/Problem";
import { FILES } from "@/texts/files";
import { FileFrame, type FileToShow } from "./FileFrame";
import { hexLines, looksLikeJson, looksLikeText } from "./kinds";
import { headOf } from "./models";

const HEX_BYTES = 2048;
const HEAD_BYTES = 1 << 20;

type Props = {
  file: FileToShow;
  actions: ReactNode;
  /** Of a file that turns out to be one of these. */
  readable: (kind: "json" | "text") => ReactNode;
};

export function ModelFile({ file, actions, readable }: Props) {
  const ends = useQuery({
    queryKey: ["ends", file.address, file.sizeBytes],
    queryFn: async ({ signal }) => {
      const read = rangeReader(file.address, file.sizeBytes);
      const head = (await read({ offset: 0, limit: HEAD_BYTES }, signal)).bytes;
      const tail =
        file.sizeBytes <= HEAD_BYTES ? head : (await read({ offset: -HEAD_BYTES, limit: HEAD_BYTES }, signal)).bytes;
      return { head, tail };
    },
  });
  const found = ends.data ? headOf(ends.data.head, ends.data.tail, file.sizeBytes) : null;
  if (ends.data && found === null && looksLikeText(ends.data.head))
    return readable(ends.data.head.length === file.sizeBytes && looksLikeJson(ends.data.head) ? "json" : "text");
  return (
    <FileFrame file={file} actions={actions}>
      {ends.isLoadingError && <Problem error={ends.error} retry={() => void ends.refetch()} />}
      {ends.data && (
        <>
          <p className="file-note">{FILES.unknown}</p>
          {found && (
            <dl className="facts file-facts">
              <div>
                <dt>{FILES.kind}</dt>
                <dd>{found.kind}</dd>
              </div>
              {found.facts.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          )}
          {found && found.names.length > 0 && (
            <details className="file-names" open={found.names.length <= 50}>
              <summary>
                {found.namesTitle} ({found.names.length})
              </summary>
              <pre className="file-text">{found.names.join("\n")}</pre>
            </details>
          )}
          <pre className="file-text">{hexLines(ends.data.head.subarray(0, HEX_BYTES))}</pre>
        </>
      )}
    </FileFrame>
  );
}
