/** The frame around the content of a file: its name, its size, what can be done with it. */

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

export function FileFrame({ file, actions, children }: { file: FileToShow; actions: ReactNode; children: ReactNode }) {
  return (
    <section className="log" aria-label={file.path}>
      <header className="log-bar">
        <div className="log-title">
          <strong title={file.path}>{file.path}</strong>
          <span className="quiet">{formatBytes(file.sizeBytes)}</span>
        </div>
        {actions}
      </header>
      <div
        className="file-body"
        tabIndex={0}
        role="region"
        aria-label={FILES.contentOf(file.path)}
        data-testid="file-body"
      >
        {children}
      </div>
    </section>
  );
}
