/** An HTML or SVG file in a frame that can reach nothing; its scripts only if somebody allows them. */

import { Button, ToggleButton } from "@fluentui/react-components";
import { useState } from "react";
import { FILES } from "@/texts/files";
import { DownloadLink, FileFrame, type FileToShow } from "./FileFrame";

export function PageFile({
  file,
  pageAddress,
  toSource,
}: {
  file: FileToShow;
  pageAddress: string;
  toSource: () => void;
}) {
  const [runsScripts, setRunsScripts] = useState(false);
  return (
    <FileFrame
      file={file}
      actions={
        <>
          <ToggleButton
            size="small"
            appearance="subtle"
            checked={runsScripts}
            title={FILES.scriptsTip}
            onClick={() => setRunsScripts(!runsScripts)}
          >
            {FILES.scripts}
          </ToggleButton>
          <Button size="small" appearance="subtle" onClick={toSource}>
            {FILES.source}
          </Button>
          <DownloadLink address={file.address} path={file.path} />
        </>
      }
    >
      <iframe
        key={String(runsScripts)}
        className="file-page"
        title={FILES.contentOf(file.path)}
        // Both here and in the answer's own policy, whichever is the stricter.
        sandbox={runsScripts ? "allow-scripts" : ""}
        referrerPolicy="no-referrer"
        src={`${pageAddress}${runsScripts ? "?scripts=1" : ""}`}
      />
    </FileFrame>
  );
}
