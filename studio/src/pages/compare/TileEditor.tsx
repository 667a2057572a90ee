/** Makes a chart over several runs: what is on y, what on x, and how runs are put together. */

import {
  Button,
  Checkbox,
  Combobox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Dropdown,
  Field,
  Input,
  Option,
} from "@fluentui/react-components";
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
import { editor as texts, dashboard as words } from "@/texts/compare";
import type { ComparedRun } from "./ComparePanel";
import {
  type BandOf,
  type Metric,
  metricKey,
  metricTitle,
  sameMetric,
  TILE_KINDS,
  type Tile,
  type TileKind,
  tileTitle,
} from "./tiles";

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
    <Dialog open onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface className="chart-editor" data-testid="chart-editor">
        <DialogBody>
          <DialogTitle>{texts.title}</DialogTitle>
          <DialogContent className="condition-fields">
            <Field label={texts.onY}>
              <MetricChoice chosen={draft.metrics} metrics={metrics} choose={(chosen) => change({ metrics: chosen })} />
            </Field>
            <Field label={texts.shows}>
              <Dropdown
                value={texts.kinds[draft.kind]}
                selectedOptions={[draft.kind]}
                onOptionSelect={(_, { optionValue }) => change({ kind: (optionValue ?? "lines") as TileKind })}
              >
                {TILE_KINDS.map((kind) => (
                  <Option key={kind} value={kind} text={texts.kinds[kind]}>
                    {texts.kinds[kind]}
                  </Option>
                ))}
              </Dropdown>
            </Field>
            {draft.kind === "lines" && (
              <LineChoices draft={draft} change={change} metrics={metrics} columns={offered} />
            )}
            {draft.kind !== "lines" && (
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
          </DialogContent>
          <DialogActions>
            <Button onClick={close}>{texts.cancel}</Button>
            <Button
              appearance="primary"
              disabled={draft.metrics.length === 0}
              data-testid="save-chart"
              onClick={() => {
                save(draft);
                close();
              }}
            >
              {texts.save}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
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
        <Dropdown
          value={typeof grouping === "string" ? texts[grouping] : texts.by(columnTitle(grouping))}
          selectedOptions={[drawnAs]}
          onOptionSelect={(_, { optionValue = "each" }) =>
            change({
              grouping:
                optionValue === "each" || optionValue === "all" ? optionValue : (columnOfToken(optionValue) ?? "each"),
              ...(optionValue === "each" ? {} : { over: null }),
            })
          }
        >
          <Option value="each">{texts.each}</Option>
          <Option value="all">{texts.all}</Option>
          {columns.map((column) => (
            <Option key={columnToken(column)} value={columnToken(column)}>
              {texts.by(columnDescription(column))}
            </Option>
          ))}
        </Dropdown>
      </Field>
      {grouping !== "each" && (
        <Field label={texts.band}>
          <Dropdown
            value={texts.bands[draft.band]}
            selectedOptions={[draft.band]}
            onOptionSelect={(_, { optionValue }) => change({ band: (optionValue ?? "range") as BandOf })}
          >
            <Option value="range">{texts.bands.range}</Option>
            <Option value="deviation">{texts.bands.deviation}</Option>
          </Dropdown>
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
    <Dropdown
      aria-label={texts.onX}
      value={draft.over === null ? (words.axes[draft.x] ?? draft.x) : texts.metricOnX(metricTitle(draft.over))}
      selectedOptions={[draft.over === null ? draft.x : metricKey(draft.over)]}
      onOptionSelect={(_, { optionValue }) => choose(optionValue ?? "step")}
    >
      {Object.entries(words.axes).map(([value, title]) => (
        <Option key={value} value={value} text={title}>
          {title}
        </Option>
      ))}
      {metrics.slice(0, 200).map((metric) => (
        <Option key={metricKey(metric)} value={metricKey(metric)} text={texts.metricOnX(metricTitle(metric))}>
          {texts.metricOnX(metricTitle(metric))}
        </Option>
      ))}
    </Dropdown>
  );
}

function ValueChoices({ draft, change, metrics, columns }: Offered) {
  const ofMetrics = metrics.slice(0, 200).map(({ metric, column }): Column => ({ metric, of: "last", column }));
  const chosen = draft.kind === "parallel" ? draft.columns : draft.against ? [draft.against] : [];
  const choose = (tokens: readonly string[]) => {
    const next = tokens.flatMap((token) => columnOfToken(token) ?? []);
    change(draft.kind === "parallel" ? { columns: next } : { against: next[0] ?? null });
  };
  return (
    <>
      <Field label={texts.value}>
        <Dropdown
          value={draft.of}
          selectedOptions={[draft.of]}
          onOptionSelect={(_, { optionValue }) => change({ of: optionValue as Summary })}
        >
          {SUMMARIES.map((of) => (
            <Option key={of}>{of}</Option>
          ))}
        </Dropdown>
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
