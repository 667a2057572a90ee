/** A tree of files, walked with the arrow keys; only the rows in view exist. */

import { ChevronDownRegular, ChevronRightRegular, DocumentRegular, FolderRegular } from "@fluentui/react-icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { formatBytes } from "./format";
import { isWithin, type TreeFile, type TreeRow, treeRows } from "./trees";

type Props = {
  label: string;
  files: readonly TreeFile[];
  selected: string | null;
  select: (path: string) => void;
  icon?: (path: string) => ReactNode;
  /** Files and folders (with a slash at their end) that are picked out by check boxes. */
  choice?: {
    chosen: ReadonlySet<string>;
    choose: (chosen: ReadonlySet<string>) => void;
    label: (path: string) => string;
  };
};

const ROW_PX = 28;

export function FileTree({ label, files, selected, select, icon, choice }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string | null>(null);
  const rows = useMemo(() => treeRows(files, (path) => closed.has(path)), [files, closed]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const home = rows.findIndex((row) => row.path === (focused ?? selected));
  const active = Math.max(0, home);

  const toggle = (row: TreeRow) => {
    const next = new Set(closed);
    if (!next.delete(row.path)) next.add(row.path);
    setClosed(next);
  };
  const move = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    const row = rows[next];
    if (!row) return;
    setFocused(row.path);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus());
  };
  const pressed = (event: KeyboardEvent) => {
    const row = rows[active];
    if (!row) return;
    if (event.key === "ArrowDown") move(active + 1);
    else if (event.key === "ArrowUp") move(active - 1);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(rows.length - 1);
    else if (event.key === "ArrowRight" && row.isFolder) row.isOpen ? move(active + 1) : toggle(row);
    else if (event.key === "ArrowLeft" && row.isFolder && row.isOpen) toggle(row);
    else if (event.key === "ArrowLeft") move(rows.findLastIndex((each, at) => at < active && each.depth < row.depth));
    else if (event.key === "Enter" || event.key === " ") row.isFolder ? toggle(row) : select(row.path);
    else if (event.key === "x" && choice) choice.choose(toggled(choice.chosen, row));
    else return;
    event.preventDefault();
  };
  return (
    <div ref={scroller} className="tree" role="tree" aria-label={label} data-testid="file-tree">
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div
              key={row.path}
              role="treeitem"
              className="tree-row"
              style={{
                transform: `translateY(${item.start}px)`,
                paddingLeft: row.depth * 16 - 8 + (row.isFolder ? 0 : 22),
              }}
              tabIndex={item.index === active ? 0 : -1}
              data-index={item.index}
              data-path={row.path}
              aria-level={row.depth}
              aria-posinset={row.position}
              aria-setsize={row.siblings}
              aria-expanded={row.isFolder ? row.isOpen : undefined}
              aria-selected={row.path === selected}
              title={row.path}
              aria-label={`${row.name} ${formatBytes(row.sizeBytes)}`}
              onFocus={() => setFocused(row.path)}
              onKeyDown={pressed}
              onClick={() => (row.isFolder ? toggle(row) : select(row.path))}
            >
              {row.isFolder && (row.isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />)}
              {row.isFolder ? (
                <FolderRegular />
              ) : (
                <span className="tree-icon">{icon?.(row.path) ?? <DocumentRegular />}</span>
              )}
              <span className="tree-name">{row.name}</span> {choice && <ChoiceBox row={row} choice={choice} />}
              <span className="tree-size">{formatBytes(row.sizeBytes)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

const nameOf = (row: TreeRow) => (row.isFolder ? `${row.path}/` : row.path);

/** A folder stands for all that is in it. */
function toggled(chosen: ReadonlySet<string>, row: TreeRow): ReadonlySet<string> {
  const name = nameOf(row);
  const rest = [...chosen].filter((each) => each !== name && !isWithin(each, name));
  return new Set(chosen.has(name) ? rest : [...rest, name]);
}

function ChoiceBox({ row, choice }: { row: TreeRow; choice: NonNullable<Props["choice"]> }) {
  const name = nameOf(row);
  const isChosen = choice.chosen.has(name);
  const isByFolder = [...choice.chosen].some((each) => each !== name && isWithin(name, each));
  return (
    <input
      type="checkbox"
      className="tree-choice"
      aria-label={choice.label(row.path)}
      title={choice.label(row.path)}
      checked={isChosen || isByFolder}
      disabled={isByFolder}
      tabIndex={-1}
      onClick={(event) => event.stopPropagation()}
      onChange={() => choice.choose(toggled(choice.chosen, row))}
    />
  );
}
