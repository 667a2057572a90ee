/** Makes a chart over several runs: what is on y, what on x, and how runs are put together. */

import { Checkbox, Combobox, Field, Input, Option } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import type { Column, Summary } from "@/api/types";
import { ColumnBox } from "@/pages/table/ColumnBox";
import { useNames, valueColumns } from "@/pages/table/choices";
import { columnDescription, columnOfToken, columnToken, SUMMARIES } from "@/pages/table/columns";
import { Choice } from "@/parts/Choice";
import { FormDialog } from "@/parts/FormDialog";
import { editor as texts } from "@/texts/compare";
import { runTexts } from "@/texts/runs";
import { AXES, canBeColored, isWhole, type Metric, metricKey, metricTitle, type Tile, tileTitle } from "./tiles";

type Props = {
  tile: Tile;
  metrics: readonly Metric[];
  experiment: string | null;
  save: (tile: Tile) => void;
  close: () => void;
};
// A list of thousands is no choice.
const MOST_OFFERED = 200;

type ChoiceProps = { draft: Tile; change: (part: Partial<Tile>) => void };

export function TileEditor({ tile, metrics, experiment, save, close }: Props) {
  const [draft, setDraft] = useState(tile);
  const change = (part: Partial<Tile>) => setDraft({ ...draft, ...part });
  const { choices } = useNames(experiment);
  const offered = useMemo(() => valueColumns(choices), [choices]);
  return (
    <FormDialog
      title={texts.title}
      apply={texts.save}
      keep={texts.cancel}
      isReady={isWhole(draft)}
      act={() => save(draft)}
      close={close}
      testId="chart-editor"
    >
      <Field label={texts.onY}>
        <ValuesBox draft={draft} change={change} metrics={metrics} columns={offered} />
      </Field>
      <Field label={texts.shows}>
        <Choice choices={texts.kinds} chosen={draft.kind} choose={(kind) => change({ kind })} />
      </Field>
      {draft.kind === "lines" ? (
        <LineChoices draft={draft} change={change} metrics={metrics} columns={offered} />
      ) : (
        <ValueChoices draft={draft} change={change} metrics={metrics} columns={offered} />
      )}
      {canBeColored(draft) && (
        <Field label={texts.color}>
          <ColumnBox
            label={texts.color}
            placeholder={texts.ownColors}
            column={draft.color}
            columns={offered}
            choose={(color) => change({ color })}
          />
        </Field>
      )}
      <ScaleChoices draft={draft} change={change} />
      <Field label={texts.name}>
        <Input
          value={draft.title}
          placeholder={tileTitle({ ...draft, title: "" }) || texts.nameHint}
          onChange={(_, { value }) => change({ title: value })}
          maxLength={120}
        />
      </Field>
    </FormDialog>
  );
}

type Offered = ChoiceProps & { metrics: readonly Metric[]; columns: readonly Column[] };

function LineChoices({ draft, change, metrics, columns }: Offered) {
  return (
    <>
      <Field label={texts.onX}>
        <XChoice draft={draft} change={change} metrics={metrics} />
      </Field>
      <GroupChoices draft={draft} change={change} columns={columns} words={LINES} />
    </>
  );
}

type Words = { label: string; each: string; all: string; by: (title: string) => string };
const LINES: Words = { label: texts.drawn, each: texts.each, all: texts.all, by: texts.by };
const BARS: Words = { label: texts.barsAre, each: texts.barEach, all: texts.barAll, by: texts.barBy };

/** Which runs are put together, and what is shown around their mean. */
function GroupChoices({ draft, change, columns, words }: Omit<Offered, "metrics"> & { words: Words }) {
  const { grouping } = draft;
  return (
    <>
      <Field label={words.label}>
        <Choice
          choices={{
            each: words.each,
            all: words.all,
            ...Object.fromEntries(
              columns
                .slice(0, MOST_OFFERED)
                .map((column) => [columnToken(column), words.by(columnDescription(column))]),
            ),
          }}
          chosen={typeof grouping === "string" ? grouping : columnToken(grouping)}
          choose={(chosen) =>
            change({
              grouping: chosen === "each" || chosen === "all" ? chosen : (columnOfToken(chosen) ?? "each"),
              ...(chosen === "each" ? {} : { over: null }),
            })
          }
        />
      </Field>
      {grouping !== "each" && (
        <Field label={texts.band}>
          <Choice choices={texts.bands} chosen={draft.band} choose={(band) => change({ band })} />
        </Field>
      )}
    </>
  );
}

function XChoice({ draft, change, metrics }: Omit<Offered, "columns">) {
  const choose = (value: string) => {
    const over = metrics.find((metric) => metricKey(metric) === value);
    change(over ? { over, grouping: "each" } : { over: null, x: value });
  };
  return (
    <Choice
      choices={{
        ...(draft.x in AXES ? {} : { [draft.x]: draft.x }),
        ...AXES,
        ...Object.fromEntries(
          metrics.slice(0, MOST_OFFERED).map((metric) => [metricKey(metric), texts.metricOnX(metricTitle(metric))]),
        ),
      }}
      chosen={draft.over === null ? draft.x : metricKey(draft.over)}
      choose={choose}
    />
  );
}

function ValueChoices({ draft, change, metrics, columns }: Offered) {
  const onX = useMemo(
    () => [...columns, ...metrics.map(({ metric, column }): Column => ({ metric, of: "last", column }))],
    [columns, metrics],
  );
  return (
    <>
      <Field label={texts.value}>
        <Choice
          choices={Object.fromEntries(SUMMARIES.map((of) => [of, runTexts.summaries[of]])) as Record<Summary, string>}
          chosen={draft.of}
          choose={(of) => change({ of })}
        />
      </Field>
      {draft.kind === "bars" && <GroupChoices draft={draft} change={change} columns={columns} words={BARS} />}
      {draft.kind === "scatter" && (
        <Field label={texts.onX}>
          <ColumnBox label={texts.onX} column={draft.against} columns={onX} choose={(against) => change({ against })} />
        </Field>
      )}
    </>
  );
}

function ScaleChoices({ draft, change }: ChoiceProps) {
  if (draft.kind === "bars" || draft.kind === "parallel") return null;
  return (
    <div>
      <Checkbox
        label={texts.logX}
        checked={draft.logX}
        onChange={(_, { checked }) => change({ logX: checked === true })}
      />
      <Checkbox
        label={texts.logY}
        checked={draft.logY}
        onChange={(_, { checked }) => change({ logY: checked === true })}
      />
    </div>
  );
}

/** Metrics, and where a run has one value each also its parameters, tags and so on: as many as wanted. */
function ValuesBox({ draft, change, metrics, columns }: Offered) {
  const [text, setText] = useState("");
  const offers = useMemo(
    () => [
      ...metrics.map((metric) => ({ key: metricKey(metric), name: metricTitle(metric) })),
      ...(draft.kind === "lines"
        ? []
        : columns.map((column) => ({ key: columnToken(column), name: columnDescription(column) }))),
    ],
    [metrics, columns, draft.kind],
  );
  const low = text.trim().toLowerCase();
  const fitting = offers.filter(({ name }) => name.toLowerCase().includes(low)).slice(0, 100);
  const chosen = [
    ...(draft.kind === "lines" ? [] : draft.columns.map((column) => [columnToken(column), columnDescription(column)])),
    ...draft.metrics.map((metric) => [metricKey(metric), metricTitle(metric)]),
  ];
  const toggle = (key: string) => {
    const metric = metrics.find((each) => metricKey(each) === key);
    const column = columns.find((each) => columnToken(each) === key);
    if (metric) change({ metrics: toggled(draft.metrics, metric, metricKey) });
    else if (column) change({ columns: toggled(draft.columns, column, columnToken) });
    setText("");
  };
  return (
    <Combobox
      multiselect
      aria-label={texts.onY}
      placeholder={chosen.map(([, name]) => name).join(", ") || texts.choose}
      value={text}
      onChange={(event) => setText(event.target.value)}
      selectedOptions={chosen.map(([key]) => key ?? "")}
      onOptionSelect={(_, { optionValue }) => optionValue !== undefined && toggle(optionValue)}
    >
      {fitting.map(({ key, name }) => (
        <Option key={key} value={key} text={name}>
          {name}
        </Option>
      ))}
    </Combobox>
  );
}

function toggled<T>(items: readonly T[], item: T, keyOf: (item: T) => string): T[] {
  const others = items.filter((each) => keyOf(each) !== keyOf(item));
  return others.length < items.length ? others : [...items, item];
}
