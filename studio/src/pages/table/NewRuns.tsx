/** Says that the table is no longer the newest, without moving it. */

import { Button } from "@fluentui/react-components";
import { ArrowSyncRegular, ArrowUpRegular } from "@fluentui/react-icons";
import { runTexts } from "@/texts/runs";
import type { News } from "./changes";

export function NewRuns({ news, show }: { news: News; show: () => void }) {
  if (news.more === 0 && !news.isMoved) return null;
  const isNew = news.more > 0;
  return (
    <div className="new-runs" role="status">
      <Button
        size="small"
        appearance="primary"
        shape="circular"
        icon={isNew ? <ArrowUpRegular /> : <ArrowSyncRegular />}
        onClick={show}
      >
        {isNew ? runTexts.table.newRuns(news.more) : runTexts.table.changed}
      </Button>
    </div>
  );
}
