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
  Option,
  Radio,
  RadioGroup,
} from "@fluentui/react-components";
import { useMemo, useState } from "react";
import type { Column, Summary } from "@/api/types";
import { columnDescription, columnOfToken, columnToken, namesUsed, SUMMARIES } from "@/pages/table/columns";
import type { ComparedRun } from "./ComparePanel";
import { type ChartSpec, type Metric, metricKey, metricTitle, sameMetric } from "./charts";

type Props = {
  spec: ChartSpec;
  metrics: readonly Metric[];
  runs: readonly ComparedRun[];
  save: (spec: ChartSpec) => void;
  close: () => void;
};

const X_TITLES: Record<string, string> = {
  step: "Step",
  index: "Position",
  time: "Time",
  elapsed: "Time since the start of the run",
};

export function ChartEditor({ spec, metrics, runs, save, close }: Props) {
  const [draft, setDraft] = useState(spec);
  const change = (part: Partial<ChartSpec>) => setDraft({ ...draft, ...part });
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface className="chart-editor" data-testid="chart-editor">
        <DialogBody>
          <DialogTitle>Chart</DialogTitle>
          <DialogContent className="condition-fields">
            <Field label="On y">
              <MetricChoice chosen={draft.metrics} metrics={metrics} choose={(chosen) => change({ metrics: chosen })} />
            </Field>
            <Field label="Shows">
              <RadioGroup value={draft.kind} onChange={(_, { value }) => change({ kind: value as ChartSpec["kind"] })}>
                <Radio value="lines" label="All values, as lines" />
                <Radio value="points" label="One value per run" />
              </RadioGroup>
            </Field>
            {draft.kind === "lines" ? (
              <LineChoices draft={draft} change={change} metrics={metrics} />
            ) : (
              <PointChoices draft={draft} change={change} metrics={metrics} runs={runs} />
            )}
            <Checkbox
              label="Logarithmic scale"
              checked={draft.logY}
              onChange={(_, { checked }) => change({ logY: checked === true })}
            />
          </DialogContent>
          <DialogActions>
            <Button onClick={close}>Cancel</Button>
            <Button
              appearance="primary"
              disabled={draft.metrics.length === 0}
              data-testid="save-chart"
              onClick={() => {
                save(draft);
                close();
              }}
            >
              Show the chart
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

type ChoiceProps = { draft: ChartSpec; change: (part: Partial<ChartSpec>) => void };

function LineChoices({ draft, change, metrics }: ChoiceProps & Pick<Props, "metrics">) {
  const chosen = draft.over === null ? draft.x : metricKey(draft.over);
  const choose = (value: string) => {
    const over = metrics.find((metric) => metricKey(metric) === value);
    change(over ? { over } : { over: null, x: value });
  };
  return (
    <>
      <Field label="On x">
        <Dropdown
          value={draft.over === null ? (X_TITLES[draft.x] ?? draft.x) : `Metric ${metricTitle(draft.over)}`}
          selectedOptions={[chosen]}
          onOptionSelect={(_, { optionValue }) => choose(optionValue ?? "step")}
        >
          {Object.entries(X_TITLES).map(([value, title]) => (
            <Option key={value} value={value} text={title}>
              {title}
            </Option>
          ))}
          {metrics.map((metric) => (
            <Option key={metricKey(metric)} value={metricKey(metric)} text={`Metric ${metricTitle(metric)}`}>
              {`Metric ${metricTitle(metric)}`}
            </Option>
          ))}
        </Dropdown>
      </Field>
      <Checkbox
        label="Mean of the runs, with the lowest and highest"
        checked={draft.isSpread}
        onChange={(_, { checked }) => change({ isSpread: checked === true })}
      />
    </>
  );
}

function PointChoices({ draft, change, metrics, runs }: ChoiceProps & Pick<Props, "metrics" | "runs">) {
  const offered = useMemo((): Column[] => {
    const all = runs.map(({ run }) => run);
    return [
      ...namesUsed(all, "tags").map((tag) => ({ tag })),
      ...metrics.map(({ metric, column }): Column => ({ metric, of: "last", column })),
      ...namesUsed(all, "properties").map((property) => ({ property })),
      { field: "duration_ms" },
    ];
  }, [runs, metrics]);
  return (
    <>
      <Field label="Which value">
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
      <Field label="On x">
        <Dropdown
          value={draft.against ? columnDescription(draft.against) : "Number of the run"}
          selectedOptions={[draft.against ? columnToken(draft.against) : ""]}
          onOptionSelect={(_, { optionValue }) => change({ against: optionValue ? columnOfToken(optionValue) : null })}
        >
          <Option value="" text="Number of the run">
            Number of the run
          </Option>
          {offered.map((column) => (
            <Option key={columnToken(column)} value={columnToken(column)} text={columnDescription(column)}>
              {columnDescription(column)}
            </Option>
          ))}
        </Dropdown>
      </Field>
    </>
  );
}

type MetricProps = { chosen: readonly Metric[]; metrics: readonly Metric[]; choose: (metrics: Metric[]) => void };

function MetricChoice({ chosen, metrics, choose }: MetricProps) {
  const [text, setText] = useState("");
  const words = text.trim().toLowerCase();
  const fitting = metrics.filter((metric) => metricTitle(metric).toLowerCase().includes(words)).slice(0, 100);
  return (
    <Combobox
      multiselect
      placeholder={chosen.map(metricTitle).join(", ") || "Choose metrics"}
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
