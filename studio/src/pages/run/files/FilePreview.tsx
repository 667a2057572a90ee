/** One file as it can be looked at: text, picture, table, or its bytes. Nothing of it is ever run. */

import { Button, Spinner } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { rangeReader } from "@/api/artifacts";
import { grouped } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { FILES } from "@/texts/files";
import { LogViewer } from "../logs/LogViewer";
import { readerPlaces } from "../logs/searches";
import { DownloadLink, FileFrame, type FileToShow } from "./FileFrame";
import { csvRows, fileKind, hexLines, looksLikeText } from "./kinds";

const TABLE_BYTES = 4 << 20;
const TABLE_ROWS = 1000;
const JSON_BYTES = 2 << 20;
const HEX_BYTES = 2048;

export function FilePreview({ file }: { file: FileToShow }) {
  const [asText, setAsText] = useState(false);
  const kind = fileKind(file.path);
  const download = <DownloadLink address={file.address} path={file.path} />;
  const switcher = (
    <Button size="small" appearance="subtle" onClick={() => setAsText(!asText)}>
      {asText ? FILES.formatted : FILES.asText}
    </Button>
  );
  if (kind === "image" && file.inlineAddress !== undefined)
    return (
      <FileFrame file={file} actions={download}>
        <div className="file-image">
          <img src={file.inlineAddress} alt={file.path} />
        </div>
      </FileFrame>
    );
  if (kind === "csv" && !asText)
    return (
      <FileFrame
        file={file}
        actions={
          <>
            {switcher}
            {download}
          </>
        }
      >
        <CsvTable file={file} />
      </FileFrame>
    );
  if (kind === "json" && file.sizeBytes <= JSON_BYTES && !asText)
    return (
      <FileFrame
        file={file}
        actions={
          <>
            {switcher}
            {download}
          </>
        }
      >
        <JsonText file={file} />
      </FileFrame>
    );
  if (kind === "binary" && !asText) return <UnknownFile file={file} actions={download} />;
  return (
    <TextFile
      file={file}
      actions={
        <>
          {kind === "csv" || kind === "json" ? switcher : null}
          {download}
        </>
      }
    />
  );
}

function TextFile({ file, actions }: { file: FileToShow; actions: ReactNode }) {
  const { address, sizeBytes } = file;
  const source = useMemo(() => {
    const read = rangeReader(address, sizeBytes);
    return { read, places: readerPlaces(read), live: null, opensAt: "start" as const };
  }, [address, sizeBytes]);
  return <LogViewer source={source} name={file.path} actions={actions} emptyText={FILES.empty} />;
}

/** The first bytes of a file. */
function useHead(file: FileToShow, limit: number) {
  return useQuery({
    queryKey: ["file", file.address, file.sizeBytes, limit],
    queryFn: async ({ signal }) =>
      (await rangeReader(file.address, file.sizeBytes)({ offset: 0, limit: Math.min(limit, file.sizeBytes) }, signal))
        .bytes,
  });
}

function UnknownFile({ file, actions }: { file: FileToShow; actions: ReactNode }) {
  const head = useHead(file, HEX_BYTES);
  if (head.data && looksLikeText(head.data)) return <TextFile file={file} actions={actions} />;
  return (
    <FileFrame file={file} actions={actions}>
      {head.isLoadingError && <Problem error={head.error} retry={() => void head.refetch()} />}
      {head.data && (
        <>
          <p className="file-note">{FILES.unknown}</p>
          <pre className="file-text">{hexLines(head.data)}</pre>
        </>
      )}
    </FileFrame>
  );
}

function JsonText({ file }: { file: FileToShow }) {
  const head = useHead(file, JSON_BYTES);
  const text = useMemo(() => head.data && formattedJson(new TextDecoder().decode(head.data)), [head.data]);
  if (head.isLoadingError) return <Problem error={head.error} retry={() => void head.refetch()} />;
  return text === undefined ? (
    <Spinner size="small" label={FILES.loading} delay={300} />
  ) : (
    <pre className="file-text">{text}</pre>
  );
}

function formattedJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Not JSON after all (one object per line, say): shown as it is.
    return text;
  }
}

function CsvTable({ file }: { file: FileToShow }) {
  const head = useHead(file, TABLE_BYTES);
  const rows = useMemo(() => head.data && csvRows(new TextDecoder().decode(head.data), TABLE_ROWS + 1), [head.data]);
  if (head.isLoadingError) return <Problem error={head.error} retry={() => void head.refetch()} />;
  if (rows === undefined) return <Spinner size="small" label={FILES.loading} delay={300} />;
  const [names = [], ...body] = rows;
  const isCut = body.length >= TABLE_ROWS || file.sizeBytes > TABLE_BYTES;
  return (
    <>
      {isCut && <p className="file-note">{FILES.firstRows(grouped(body.length))}</p>}
      <table className="plain-table csv">
        <thead>
          <tr>
            {names.map((name, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns of a file have no other name
              <th key={column} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name
            <tr key={row}>
              {cells.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns of a file have no other name
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
