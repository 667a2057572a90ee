/** What can be done to the selected runs, and how it went. */

import { Button, MenuItem, MessageBar, MessageBarActions, MessageBarBody, Toolbar } from "@fluentui/react-components";
import {
  ArchiveRegular,
  DataLineRegular,
  DeleteRegular,
  DismissRegular,
  RecordStopRegular,
  TagRegular,
} from "@fluentui/react-icons";
import { useState } from "react";
import { MoreMenu } from "@/parts/MoreMenu";
import { Problem } from "@/parts/Problem";
import { runTexts } from "@/texts/runs";
import type { BulkAction, BulkState } from "./bulk";
import { ConfirmCancel, DeleteDialog, TagDialog } from "./dialogs";

const texts = runTexts.selection;
export const MOST_COMPARED = 200;

type Props = {
  count: number;
  isArchived: boolean;
  /** The keys of tags that runs have, to choose from. */
  tags: readonly string[];
  act: (action: BulkAction) => Promise<void>;
  compare: () => void;
  clear: () => void;
};

export function SelectionBar({ count, isArchived, tags, act, compare, clear }: Props) {
  const [asked, ask] = useState<"tag" | "cancel" | "delete" | null>(null);
  const close = () => ask(null);
  return (
    <Toolbar className="selection-bar" aria-label={texts.actions} data-testid="selection-bar">
      <span aria-live="polite" className="selection-count">
        {texts.count(count)}
      </span>
      <Button
        appearance="primary"
        icon={<DataLineRegular />}
        disabled={count > MOST_COMPARED}
        title={count > MOST_COMPARED ? texts.compareMost(MOST_COMPARED) : undefined}
        data-testid="compare"
        onClick={compare}
      >
        {`${texts.compare} ${count}`}
      </Button>
      <Button icon={<TagRegular />} data-testid="bulk-tag" onClick={() => ask("tag")}>
        {texts.tag}
      </Button>
      <Button
        icon={<ArchiveRegular />}
        data-testid="bulk-archive"
        onClick={() => void act({ action: isArchived ? "restore" : "archive" })}
      >
        {isArchived ? texts.restore : texts.archive}
      </Button>
      <MoreMenu label={texts.more} button={{ size: "medium", appearance: "secondary", "data-testid": "bulk-more" }}>
        <MenuItem icon={<RecordStopRegular />} onClick={() => ask("cancel")}>
          {texts.cancel}
        </MenuItem>
        <MenuItem icon={<ArchiveRegular />} onClick={() => void act({ action: isArchived ? "archive" : "restore" })}>
          {isArchived ? texts.archive : texts.restore}
        </MenuItem>
        <MenuItem icon={<DeleteRegular />} onClick={() => ask("delete")}>
          {texts.delete}
        </MenuItem>
      </MoreMenu>
      <Button appearance="subtle" icon={<DismissRegular />} onClick={clear}>
        {texts.clear}
      </Button>
      {asked === "tag" && <TagDialog count={count} tags={tags} act={act} close={close} />}
      {asked === "cancel" && <ConfirmCancel count={count} act={act} close={close} />}
      {asked === "delete" && <DeleteDialog count={count} act={act} close={close} />}
    </Toolbar>
  );
}

const MOST_NAMED = 8;

/** How the last action went: what was done, what stayed and why, and the way back. */
export function OutcomeBar({ state, undo, close }: { state: BulkState; undo: () => void; close: () => void }) {
  if (state.error !== null) return <Problem error={state.error} />;
  const { outcome, action, isUndone } = state;
  if (outcome === null || action === null) return null;
  const { outcome: words } = runTexts;
  return (
    <MessageBar
      intent={outcome.failed.length > 0 ? "warning" : "success"}
      layout="multiline"
      className="outcome"
      data-testid="outcome"
    >
      <MessageBarBody>
        {isUndone ? words.undone : words[action](outcome.done.length)}
        {outcome.failed.length > 0 && (
          <>
            {" "}
            {words.failed(outcome.failed.length)}
            <ul>
              {outcome.failed.slice(0, MOST_NAMED).map((each) => (
                <li key={each.run_id}>
                  <strong>{each.display_name}</strong>: {each.message}
                </li>
              ))}
              {outcome.failed.length > MOST_NAMED && <li>{words.andMore(outcome.failed.length - MOST_NAMED)}</li>}
            </ul>
          </>
        )}
      </MessageBarBody>
      <MessageBarActions
        containerAction={
          <Button appearance="transparent" icon={<DismissRegular />} aria-label={words.close} onClick={close} />
        }
      >
        {outcome.undo.length > 0 && !isUndone && (
          <Button onClick={undo} data-testid="undo">
            {words.undo}
          </Button>
        )}
      </MessageBarActions>
    </MessageBar>
  );
}
