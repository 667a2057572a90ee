/** The run as the server keeps it. */

import { Button } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { useMemo } from "react";
import type { Run } from "@/api/types";
import { CopyButton } from "@/parts/CopyText";
import { json as texts } from "@/texts/run";

export default function RawJsonTab({ run }: { run: Run }) {
  const text = useMemo(() => JSON.stringify(run, null, 2), [run]);
  const address = useMemo(() => `data:application/json;charset=utf-8,${encodeURIComponent(text)}`, [text]);
  return (
    <div className="raw-json">
      <div className="raw-json-head">
        <span className="quiet">{texts.about}</span>
        <CopyButton text={text} label={texts.copy} />
        <Button
          as="a"
          size="small"
          appearance="subtle"
          icon={<ArrowDownloadRegular />}
          href={address}
          download={`${run.run_id}.json`}
        >
          {texts.download}
        </Button>
      </div>
      <pre data-testid="raw-json" tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}
