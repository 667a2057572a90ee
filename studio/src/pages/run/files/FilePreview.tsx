/** One file as it can be looked at: text, picture, page, table, tree, or its bytes. Nothing of it is ever run here. */

import { Button, Spinner } from "@fluentui/react-components";
import { type ReactNode, useMemo, useState } from "react";
import { deferred } from "@/parts/deferred";
import { Problem } from "@/parts/Problem";
import { FILES } from "@/texts/files";
import { DownloadLink, FileFrame, type FileToShow } from "./FileFrame";
import { useHead } from "./heads";
import { JsonTree } from "./JsonTree";
import { type FileKind, fileKind } from "./kinds";
import { ModelFile } from "./ModelFile";
import { PageFile } from "./PageFile";
import { TableFile } from "./TableFile";
import { TextFile } from "./TextFile";

const MarkdownText = deferred(() => import("./MarkdownText"));

const WAIT = <Spinner size="small" label={FILES.loading} delay={300} />;
const READ_WHOLE_BYTES = 2 << 20;
const MARKDOWN_BYTES = 512 << 10;

export function FilePreview({ file }: { file: FileToShow }) {
  const kind = shownKind(file);
  if (kind !== "binary") return <ReadableFile file={file} kind={kind} />;
  return (
    <ModelFile
      file={file}
      actions={<DownloadLink address={file.address} path={file.path} />}
      readable={(found) => <ReadableFile file={file} kind={found} />}
    />
  );
}

function ReadableFile({ file, kind }: { file: FileToShow; kind: Exclude<FileKind, "binary"> }) {
  // A page is drawn when somebody asks for it, not because a file was clicked on.
  const [asText, setAsText] = useState(kind === "page");
  const download = <DownloadLink address={file.address} path={file.path} />;
  const switcher = (
    <Button size="small" appearance="subtle" onClick={() => setAsText(!asText)}>
      {!asText ? FILES.asText : kind === "page" ? FILES.asPage : FILES.formatted}
    </Button>
  );
  const actions = (
    <>
      {kind !== "text" && switcher}
      {download}
    </>
  );
  if (kind === "text" || asText) return <TextFile file={file} actions={actions} />;
  if (kind === "page" && file.pageAddress !== undefined)
    return <PageFile file={file} pageAddress={file.pageAddress} toSource={() => setAsText(true)} />;
  return (
    <FileFrame file={file} actions={kind === "image" ? download : actions}>
      <Formatted file={file} kind={kind} />
    </FileFrame>
  );
}

/** What the file is shown as: what it is too large or of the wrong place for is shown as text. */
function shownKind(file: FileToShow): FileKind {
  const kind = fileKind(file.path);
  if (kind === "image") return file.inlineAddress === undefined ? "binary" : kind;
  if (kind === "page") return file.pageAddress === undefined ? "text" : kind;
  if (kind === "json") return file.sizeBytes > READ_WHOLE_BYTES ? "text" : kind;
  return kind === "markdown" && file.sizeBytes > MARKDOWN_BYTES ? "text" : kind;
}

function Formatted({ file, kind }: { file: FileToShow; kind: FileKind }): ReactNode {
  switch (kind) {
    case "image":
      return (
        <div className="file-image">
          <img src={file.inlineAddress} alt={file.path} />
        </div>
      );
    case "csv":
    case "parquet":
      return <TableFile file={file} kind={kind} />;
    case "markdown":
      return <WholeText file={file} show={(text) => <MarkdownText text={text} wait={WAIT} />} />;
    case "json":
      return <WholeText file={file} show={(text) => <JsonText text={text} />} />;
    default:
      return null;
  }
}

function WholeText({ file, show }: { file: FileToShow; show: (text: string) => ReactNode }) {
  const head = useHead(file, READ_WHOLE_BYTES);
  const text = useMemo(() => head.data && new TextDecoder().decode(head.data), [head.data]);
  if (head.isLoadingError) return <Problem error={head.error} retry={() => void head.refetch()} />;
  return text === undefined ? WAIT : show(text);
}

function JsonText({ text }: { text: string }) {
  const value = useMemo(() => parsed(text), [text]);
  // Not JSON after all (one object per line, say): shown as it is.
  return value === undefined ? <pre className="file-text">{text}</pre> : <JsonTree value={value} />;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
