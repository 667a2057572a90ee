/** What one can do with a log. */

import { MenuItem, MenuItemCheckbox, SearchBox, ToggleButton } from "@fluentui/react-components";
import {
  ArrowCircleDownRegular,
  ArrowCircleUpRegular,
  ArrowDownRegular,
  ArrowUpRegular,
  ErrorCircleRegular,
} from "@fluentui/react-icons";
import type { KeyboardEvent, ReactNode } from "react";
import { formatBytes } from "@/parts/format";
import { IconButton } from "@/parts/IconButton";
import { MoreMenu } from "@/parts/MoreMenu";
import { LOGS } from "@/texts/logs";
import type { Folds } from "./frames";
import type { LineRange } from "./ranges";
import type { LogSearch } from "./search";
import type { LogView } from "./windows";

type Props = {
  name: string;
  view: LogView | null;
  isLive: boolean;
  hasTimes: boolean;
  isFollowing: boolean;
  wraps: boolean;
  setWraps: (wraps: boolean) => void;
  showsTimes: boolean;
  setShowsTimes: (shows: boolean) => void;
  isRecord: boolean;
  setRecord: (isRecord: boolean) => void;
  fold: Folds;
  range: LineRange | null;
  toStart: () => void;
  toEnd: () => void;
  search: LogSearch;
  actions: ReactNode;
};

export function LogToolbar(props: Props) {
  const { view, isLive } = props;
  return (
    <header className="log-head">
      <div className="log-bar">
        <div className="log-title">
          <strong title={props.name}>{props.name}</strong>
          <span className="quiet" data-testid="log-state">
            {view && formatBytes(view.sizeBytes)}
            {isLive && view && ` · ${view.isFinal ? LOGS.complete : props.isFollowing ? LOGS.following : LOGS.growing}`}
          </span>
        </div>
        <IconButton icon={<ArrowCircleUpRegular />} label={LOGS.toStart} onClick={props.toStart} />
        <IconButton icon={<ArrowCircleDownRegular />} label={LOGS.toEnd} onClick={props.toEnd} />
        {props.actions}
        <LogMenu {...props} />
      </div>
      <div className="log-bar log-tools">
        {isLive && <Lens isRecord={props.isRecord} setRecord={props.setRecord} />}
        <SearchControls search={props.search} />
      </div>
    </header>
  );
}

function Lens({ isRecord, setRecord }: Pick<Props, "isRecord" | "setRecord">) {
  return (
    <fieldset className="log-lens" aria-label={LOGS.lens}>
      <ToggleButton size="small" checked={!isRecord} title={LOGS.screenTip} onClick={() => setRecord(false)}>
        {LOGS.screen}
      </ToggleButton>
      <ToggleButton size="small" checked={isRecord} title={LOGS.recordTip} onClick={() => setRecord(true)}>
        {LOGS.record}
      </ToggleButton>
    </fieldset>
  );
}

function LogMenu({ view, wraps, setWraps, showsTimes, setShowsTimes, hasTimes, isRecord, fold, range }: Props) {
  const checked = { show: [...(wraps ? ["wraps"] : []), ...(showsTimes ? ["times"] : [])] };
  return (
    <MoreMenu
      label={LOGS.more}
      checkedValues={checked}
      onCheckedValueChange={(_, { checkedItems }) => {
        setWraps(checkedItems.includes("wraps"));
        setShowsTimes(checkedItems.includes("times"));
      }}
    >
      <MenuItemCheckbox name="show" value="wraps">
        {LOGS.wrap}
      </MenuItemCheckbox>
      {hasTimes && (
        <MenuItemCheckbox name="show" value="times">
          {LOGS.times}
        </MenuItemCheckbox>
      )}
      {isRecord && (
        <MenuItem onClick={() => fold.foldAll(!fold.isAllFolded)}>
          {fold.isAllFolded ? LOGS.unfoldAll : LOGS.foldAll}
        </MenuItem>
      )}
      <MenuItem
        disabled={view === null || view.lineCount === 0}
        onClick={() => view && void navigator.clipboard.writeText(textOf(view, range))}
      >
        {range ? LOGS.copyMarked(range.first, range.last) : LOGS.copyLines}
      </MenuItem>
    </MoreMenu>
  );
}

/** The lines that were picked, or all that are at hand, as they are shown. */
function textOf(view: LogView, range: LineRange | null): string {
  const texts: string[] = [];
  for (let index = 0; index < view.lineCount; index += 1) {
    const number = view.numberAt(index) ?? 0;
    if (range === null || (number >= range.first && number <= range.last)) texts.push(view.lineAt(index).text);
  }
  return texts.join("\n");
}

function SearchControls({ search }: { search: LogSearch }) {
  const { words, count, current, progress, go, isErrors } = search;
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") search.setWords("");
  };
  return (
    <div className="log-search" role="search">
      {search.canRegex && (
        <ToggleButton
          size="small"
          appearance="subtle"
          icon={<ErrorCircleRegular />}
          checked={isErrors}
          title={LOGS.errorsTip}
          onClick={() => search.setErrors(!isErrors)}
        >
          {LOGS.errors}
        </ToggleButton>
      )}
      <SearchBox
        size="small"
        className="log-find"
        placeholder={LOGS.find}
        aria-label={LOGS.find}
        value={words}
        disabled={isErrors}
        onChange={(_, { value }) => search.setWords(value)}
        onKeyDown={pressed}
        input={{ "data-search": true } as object}
      />
      {search.canRegex && (
        <ToggleButton
          size="small"
          appearance="subtle"
          className="log-regex"
          checked={search.isRegex}
          disabled={isErrors}
          aria-label={LOGS.regex}
          title={LOGS.regex}
          onClick={() => search.setRegex(!search.isRegex)}
        >
          .*
        </ToggleButton>
      )}
      {search.isOn && (
        <span className="quiet log-found" role="status" data-testid="log-found">
          {LOGS.foundOf(current, count, isErrors)}
          {progress < 1 && LOGS.read(progress)}
        </span>
      )}
      <IconButton
        icon={<ArrowUpRegular />}
        label={LOGS.previous}
        tip={LOGS.previousTip}
        disabled={count === 0}
        onClick={() => go(-1)}
      />
      <IconButton
        icon={<ArrowDownRegular />}
        label={LOGS.next}
        tip={LOGS.nextTip}
        disabled={count === 0}
        onClick={() => go(1)}
      />
    </div>
  );
}
