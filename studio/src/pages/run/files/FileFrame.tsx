/** The frame around what is shown of a file: its name, a word about it, what can be done with it. */

import { ArrowDownloadRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { formatBytes } from "@/parts/format";
import { FILES } from "@/texts/files";
import "./files.css";

export type FileToShow = {
  path: string;
  sizeBytes: number;
  address: string;
  /** Only of files of a run: where it is shown as a picture, or as a page, and whose it is. */
  inlineAddress?: string;
  pageAddress?: string;
  runId?: string;
};

export function DownloadLink({ address, path }: { address: string; path: string }) {
  return (
    <a
      className="bar-link"
      href={address}
      download={path.split("/").at(-1)}
      aria-label={FILES.downloadOf(path)}
      title={FILES.download}
      data-testid="download-file"
    >
      <ArrowDownloadRegular aria-hidden="true" />
    </a>
  );
}

type FrameProps = {
  path: string;
  about: ReactNode;
  actions: ReactNode;
  /** What the whole is called, and what is in it. */
  label: string;
  contentLabel: string;
  testId: string;
  children: ReactNode;
};

export function ContentFrame({ path, about, actions, label, contentLabel, testId, children }: FrameProps) {
  return (
    <section className="log" aria-label={label}>
      <header className="log-bar">
        <div className="log-title">
          <strong title={path}>{path}</strong>
          <span className="quiet">{about}</span>
        </div>
        {actions}
      </header>
      <div className="file-body" tabIndex={0} role="region" aria-label={contentLabel} data-testid={testId}>
        {children}
      </div>
    </section>
  );
}

export function FileFrame({ file, actions, children }: { file: FileToShow; actions: ReactNode; children: ReactNode }) {
  return (
    <ContentFrame
      path={file.path}
      about={formatBytes(file.sizeBytes)}
      actions={actions}
      label={file.path}
      contentLabel={FILES.contentOf(file.path)}
      testId="file-body"
    >
      {children}
    </ContentFrame>
  );
}
