/** Makes a chart over several runs: what is on y, what on x, and how runs are put together. */

import { Checkbox, Combobox, Dropdown, Field, Input, Option } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import type { Column, Summary } from "@/api/types";
import {
  columnDescription,
  columnOfToken,
  columnTitle,
  columnToken,
  namesUsed,
  SUMMARIES,
} from "@/pages/table/columns";
import { Choice } from "@/parts/Choice";
import { FormDialog } from "@/parts/FormDialog";
import { charts } from "@/texts/charts";
import { dashboard, editor as texts } from "@/texts/compare";
import { runTexts } from "@/texts/runs";
import type { ComparedRun } from "./ComparePanel";
import { type Metric, metricKey, metricTitle, sameMetric, type Tile, tileTitle } from "./tiles";

type Props = {
  tile: Tile;
  metrics: readonly Metric[];
  runs: readonly ComparedRun[];
  save: (tile: Tile) => void;
  close: () => void;
};
type ChoiceProps = { draft: Tile; change: (part: Partial<Tile>) => void };

export function TileEditor({ tile, metrics, runs, save, close }: Props) {
  const [draft, setDraft] = useState(tile);
  const change = (part: Partial<Tile>) => setDraft({ ...draft, ...part });
  const offered = useMemo((): Column[] => {
    const all = runs.map(({ run }) => run);
    return [
      ...namesUsed(all, "tags").map((tag) => ({ tag })),
      ...namesUsed(all, "properties").map((property) => ({ property })),
      { field: "duration_ms" },
      { field: "number" },
      { field: "experiment" },
      { field: "target" },
      { field: "script" },
    ];
  }, [runs]);
  return (
    <FormDialog
      title={texts.title}
      apply={texts.save}
      keep={texts.cancel}
      isReady={draft.metrics.length > 0}
      act={() => save(draft)}
      close={close}
      testId="chart-editor"
    >
      <Field label={texts.onY}>
        <MetricChoice chosen={draft.metrics} metrics={metrics} choose={(chosen) => change({ metrics: chosen })} />
      </Field>
      <Field label={texts.shows}>
        <Choice choices={texts.kinds} chosen={draft.kind} choose={(kind) => change({ kind })} />
      </Field>
      {draft.kind === "lines" ? (
        <LineChoices draft={draft} change={change} metrics={metrics} columns={offered} />
      ) : (
        <ValueChoices draft={draft} change={change} metrics={metrics} columns={offered} />
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
  const { grouping } = draft;
  const drawnAs = typeof grouping === "string" ? grouping : columnToken(grouping);
  return (
    <>
      <Field label={texts.onX}>
        <XChoice draft={draft} change={change} metrics={metrics} />
      </Field>
      <Field label={texts.drawn}>
        <Choice
          choices={{
            each: texts.each,
            all: texts.all,
            ...Object.fromEntries(columns.map((column) => [columnToken(column), texts.by(columnDescription(column))])),
          }}
          chosen={drawnAs}
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

// A list of thousands is no choice; what is searched is on y.
const MOST_OFFERED = 200;
const axes = { ...charts.axes, ...dashboard.axes };

function XChoice({ draft, change, metrics }: Omit<Offered, "columns">) {
  const choose = (value: string) => {
    const over = metrics.find((metric) => metricKey(metric) === value);
    change(over ? { over, grouping: "each" } : { over: null, x: value });
  };
  return (
    <Choice
      choices={{
        ...(draft.x in axes ? {} : { [draft.x]: draft.x }),
        ...axes,
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
  const ofMetrics = metrics
    .slice(0, MOST_OFFERED)
    .map(({ metric, column }): Column => ({ metric, of: "last", column }));
  const chosen = draft.kind === "parallel" ? draft.columns : draft.against ? [draft.against] : [];
  const choose = (tokens: readonly string[]) => {
    const next = tokens.flatMap((token) => columnOfToken(token) ?? []);
    change(draft.kind === "parallel" ? { columns: next } : { against: next[0] ?? null });
  };
  return (
    <>
      <Field label={texts.value}>
        <Choice
          choices={Object.fromEntries(SUMMARIES.map((of) => [of, runTexts.summaries[of]])) as Record<Summary, string>}
          chosen={draft.of}
          choose={(of) => change({ of })}
        />
      </Field>
      {draft.kind !== "bars" && (
        <Field label={draft.kind === "parallel" ? texts.axes : texts.onX}>
          <Dropdown
            multiselect={draft.kind === "parallel"}
            value={chosen.map(columnTitle).join(", ")}
            selectedOptions={chosen.map(columnToken)}
            onOptionSelect={(_, { selectedOptions }) => choose(selectedOptions)}
          >
            {[...columns, ...ofMetrics].map((column) => (
              <Option key={columnToken(column)} value={columnToken(column)} text={columnDescription(column)}>
                {columnDescription(column)}
              </Option>
            ))}
          </Dropdown>
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

type MetricProps = { chosen: readonly Metric[]; metrics: readonly Metric[]; choose: (metrics: Metric[]) => void };

function MetricChoice({ chosen, metrics, choose }: MetricProps) {
  const [text, setText] = useState("");
  const low = text.trim().toLowerCase();
  const fitting = metrics.filter((metric) => metricTitle(metric).toLowerCase().includes(low)).slice(0, 100);
  return (
    <Combobox
      multiselect
      aria-label={texts.onY}
      placeholder={chosen.map(metricTitle).join(", ") || texts.choose}
      value={text}
      onChange={(event) => setText(event.target.value)}
      selectedOptions={chosen.map(metricKey)}
      onOptionSelect={(_, { optionValue, selectedOptions }) => {
        const toggled = metrics.find((metric) => metricKey(metric) === optionValue);
        if (!toggled) return;
        const isOn = selectedOptions.includes(optionValue ?? "");
        choose(isOn ? [...chosen, toggled] : chosen.filter((metric) => !sameMetric(metric, toggled)));
        setText("");
      }}
    >
      {fitting.map((metric) => (
        <Option key={metricKey(metric)} value={metricKey(metric)} text={metricTitle(metric)}>
          {metricTitle(metric)}
        </Option>
      ))}
    </Combobox>
  );
}
