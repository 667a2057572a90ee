/** Which columns the run table has, in which order, and which of them stay at the left. */

import {
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from "@fluentui/react-components";
import { ArrowDownRegular, ArrowUpRegular, DismissRegular, PinFilled, PinRegular } from "@fluentui/react-icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type ReactNode, useMemo, useRef, useState } from "react";
import type { Column } from "@/api/types";
import { FindBox } from "@/parts/FindBox";
import { IconButton } from "@/parts/IconButton";
import { runTexts } from "@/texts/runs";
import type { Choices } from "./choices";
import { columnDescription, columnTitle, columnToken, FIELDS, type MetricName, STEPS, SUMMARIES } from "./columns";
import { movedBefore } from "./HeaderRow";
import { inOrder } from "./layouts";

const texts = runTexts.picker;
const LINE_PX = 32;
// The server answers at most as many at a time.
const MOST_COLUMNS = 500;

type Props = {
  isOpen: boolean;
  close: () => void;
  choices: Choices;
  chosen: readonly Column[];
  pinned: readonly string[];
  choose: (columns: readonly Column[] | null, pinned?: readonly string[]) => void;
};

export function ColumnPicker({ isOpen, close, choices, chosen, pinned, choose }: Props) {
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface className="column-picker" data-testid="column-picker">
        <DialogBody>
          <DialogTitle>{texts.title}</DialogTitle>
          <DialogContent className="column-picker-halves">
            <Offer choices={choices} chosen={chosen} choose={choose} />
            <Chosen chosen={inOrder(chosen, pinned)} pinned={pinned} choose={choose} />
          </DialogContent>
          <DialogActions>
            <Button onClick={() => choose([], [])}>{texts.clear}</Button>
            <Button onClick={() => choose(null, [])}>{texts.usual}</Button>
            <Button appearance="primary" onClick={close}>
              {texts.done}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

type ChoiceProps = { chosen: readonly Column[]; choose: (columns: readonly Column[]) => void };
type Line = { key: string; content: ReactNode };

function Offer({ choices, chosen, choose }: ChoiceProps & { choices: Choices }) {
  const [text, setText] = useState("");
  const words = text.trim().toLowerCase();
  const has = useMemo(() => new Set(chosen.map(columnToken)), [chosen]);
  const toggle = (column: Column) => {
    const token = columnToken(column);
    choose(has.has(token) ? chosen.filter((each) => columnToken(each) !== token) : [...chosen, column]);
  };
  const fits = (name: string) => name.toLowerCase().includes(words);
  const metrics = choices.metrics.filter(({ metric, column }) => fits(`${metric}.${column}`));
  const group = (title: string, columns: readonly Column[]): Line[] =>
    columns.length === 0
      ? []
      : [
          { key: title, content: <h3>{title}</h3> },
          ...columns.map((column) => ({
            key: columnToken(column),
            content: (
              <Checkbox
                label={columnTitle(column)}
                checked={has.has(columnToken(column))}
                onChange={() => toggle(column)}
              />
            ),
          })),
        ];
  const lines: Line[] = [
    ...(metrics.length > 0 ? [{ key: "metrics", content: <h3>{texts.metrics}</h3> }] : []),
    ...metrics.map((name) => ({
      key: `metric ${name.metric} ${name.column}`,
      content: <MetricChoice name={name} has={has} toggle={toggle} />,
    })),
    ...group(
      texts.fields,
      FIELDS.map(({ name }) => ({ field: name })).filter((column) => fits(columnTitle(column))),
    ),
    ...group(
      texts.params,
      choices.params.filter(fits).map((param) => ({ param })),
    ),
    ...group(
      texts.tags,
      choices.tags.filter(fits).map((tag) => ({ tag })),
    ),
    ...group(
      texts.properties,
      choices.properties.filter(fits).map((property) => ({ property })),
    ),
  ];
  const addAll = () => {
    const more = metrics.map(({ metric, column }): Column => ({ metric, of: "last", column }));
    choose([...chosen, ...more.filter((column) => !has.has(columnToken(column)))].slice(0, MOST_COLUMNS));
  };
  return (
    <section aria-label={texts.all} className="column-offer">
      <FindBox label={texts.find} text={text} find={(typed) => setText(typed ?? "")} />
      {metrics.length > 1 && (
        <Button size="small" appearance="subtle" className="add-all" onClick={addAll}>
          {texts.addAll(Math.min(metrics.length, MOST_COLUMNS))}
        </Button>
      )}
      {lines.length === 0 ? <p className="quiet">{texts.none}</p> : <LongList lines={lines} />}
    </section>
  );
}

/** Thousands of lines, of which only those in view exist. */
function LongList({ lines }: { lines: readonly Line[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 6,
  });
  return (
    <div ref={scroller} className="column-list">
      <div style={{ height: virtual.getTotalSize(), position: "relative", flex: "none" }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <div
            key={lines[index]?.key}
            className="column-line"
            style={{ transform: `translateY(${start}px)` } as CSSProperties}
          >
            {lines[index]?.content}
          </div>
        ))}
      </div>
    </div>
  );
}

type MetricProps = { name: MetricName; has: ReadonlySet<string>; toggle: (column: Column) => void };

/** One metric has many columns: its last, lowest, highest … value, and the steps of these. */
function MetricChoice({ name, has, toggle }: MetricProps) {
  const { metric, column, isNumeric } = name;
  const title = column === "" ? metric : `${metric}.${column}`;
  const offered = isNumeric ? [...SUMMARIES, ...STEPS] : (["last", "first", "count"] as const);
  return (
    <fieldset className="metric-choice">
      <legend title={title}>
        {title}
        {!isNumeric && <span className="quiet"> {texts.text}</span>}
      </legend>
      {offered.map((of) => {
        const wanted: Column = { metric, of, column };
        const isOn = has.has(columnToken(wanted));
        return (
          <button
            key={of}
            type="button"
            className="choice-chip"
            aria-pressed={isOn}
            aria-label={`${title}: ${runTexts.summaries[of]}`}
            onClick={() => toggle(wanted)}
          >
            {isOn ? "✓ " : ""}
            {runTexts.summaries[of]}
          </button>
        );
      })}
    </fieldset>
  );
}

function Chosen({ chosen, pinned, choose }: Pick<Props, "chosen" | "pinned" | "choose">) {
  const tokens = chosen.map(columnToken);
  const move = (from: number, to: number) => {
    const before = tokens[to > from ? to + 1 : to] ?? null;
    choose(movedBefore(chosen, tokens[from] ?? "", before), pinned);
  };
  const others = (token: string) => pinned.filter((each) => each !== token);
  return (
    <section aria-label={texts.shown} className="column-chosen">
      <h3>{texts.shown}</h3>
      <ol className="column-list">
        {chosen.map((column, position) => {
          const title = columnTitle(column);
          const token = columnToken(column);
          const isPinned = pinned.includes(token);
          const isEnd = (step: number) => {
            const other = tokens[position + step];
            return other === undefined || pinned.includes(other) !== isPinned;
          };
          return (
            <li key={token} title={columnDescription(column)}>
              <span>{title}</span>
              <IconButton
                icon={isPinned ? <PinFilled /> : <PinRegular />}
                label={isPinned ? texts.unpin(title) : texts.pin(title)}
                onClick={() => choose(chosen, isPinned ? others(token) : [...others(token), token])}
              />
              <IconButton
                icon={<ArrowUpRegular />}
                label={texts.left(title)}
                disabled={isEnd(-1)}
                onClick={() => move(position, position - 1)}
              />
              <IconButton
                icon={<ArrowDownRegular />}
                label={texts.right(title)}
                disabled={isEnd(1)}
                onClick={() => move(position, position + 1)}
              />
              <IconButton
                icon={<DismissRegular />}
                label={texts.take(title)}
                onClick={() => choose(chosen.toSpliced(position, 1), others(token))}
              />
            </li>
          );
        })}
      </ol>
      {chosen.length === 0 && <p className="quiet">{texts.onlyName}</p>}
    </section>
  );
}
