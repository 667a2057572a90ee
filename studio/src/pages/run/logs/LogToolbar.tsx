/** What one can do with a log. */

import { Button, SearchBox, ToggleButton } from "@fluentui/react-components";
import {
  ArrowCircleDownRegular,
  ArrowCircleUpRegular,
  ArrowDownRegular,
  ArrowUpRegular,
  FilmstripRegular,
  TextWrapRegular,
} from "@fluentui/react-icons";
import type { KeyboardEvent, ReactNode } from "react";
import { formatBytes, grouped } from "@/parts/format";
import type { LogSearch } from "./search";
import type { LogView } from "./windows";

type Props = {
  name: string;
  view: LogView | null;
  isLive: boolean;
  isFollowing: boolean;
  wraps: boolean;
  setWraps: (wraps: boolean) => void;
  everyFrame: boolean;
  setEveryFrame: (everyFrame: boolean) => void;
  toStart: () => void;
  toEnd: () => void;
  search: LogSearch;
  actions: ReactNode;
};

export function LogToolbar(props: Props) {
  const { view, wraps, everyFrame } = props;
  return (
    <header className="log-bar">
      <div className="log-title">
        <strong title={props.name}>{props.name}</strong>
        <span className="quiet" data-testid="log-state">
          {view && formatBytes(view.sizeBytes)}
          {props.isLive && view && (view.isFinal ? " · complete" : props.isFollowing ? " · following" : " · growing")}
        </span>
      </div>
      <SearchControls search={props.search} />
      <ToggleButton
        size="small"
        appearance="subtle"
        icon={<TextWrapRegular />}
        checked={wraps}
        aria-label="Wrap long lines"
        title="Wrap long lines"
        onClick={() => props.setWraps(!wraps)}
      />
      {props.isLive && (
        <ToggleButton
          size="small"
          appearance="subtle"
          icon={<FilmstripRegular />}
          checked={everyFrame}
          aria-label="Show every frame of progress bars"
          title="Show every frame of progress bars"
          onClick={() => props.setEveryFrame(!everyFrame)}
        />
      )}
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowCircleUpRegular />}
        aria-label="Go to the beginning"
        title="Go to the beginning"
        onClick={props.toStart}
      />
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowCircleDownRegular />}
        aria-label="Go to the end and follow"
        title="Go to the end and follow"
        onClick={props.toEnd}
      />
      {props.actions}
    </header>
  );
}

function SearchControls({ search }: { search: LogSearch }) {
  const { words, found, current, progress, go, needle } = search;
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") search.setWords("");
  };
  return (
    <div className="log-search" role="search">
      <SearchBox
        size="small"
        placeholder="Find in this file"
        aria-label="Find in this file"
        value={words}
        onChange={(_, { value }) => search.setWords(value)}
        onKeyDown={pressed}
        input={{ "data-search": true } as object}
      />
      {needle !== "" && (
        <span className="quiet log-found" role="status" data-testid="log-found">
          {current === null ? "" : `${grouped(current + 1)} of `}
          {grouped(found)}
          {progress < 1 ? ` · ${Math.round(progress * 100)} % read` : found === 1 ? " line" : " lines"}
        </span>
      )}
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowUpRegular />}
        disabled={found === 0}
        aria-label="Previous place"
        title="Previous place (Shift+Enter)"
        onClick={() => go(-1)}
      />
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowDownRegular />}
        disabled={found === 0}
        aria-label="Next place"
        title="Next place (Enter)"
        onClick={() => go(1)}
      />
    </div>
  );
}
