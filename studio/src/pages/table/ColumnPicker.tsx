/** Which columns the run table has, and in which order. */

import {
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  SearchBox,
} from "@fluentui/react-components";
import { ArrowDownRegular, ArrowUpRegular, DismissRegular } from "@fluentui/react-icons";
import { useState } from "react";
import type { Column } from "@/api/types";
import type { Choices } from "./choices";
import { columnDescription, columnTitle, columnToken, FIELDS, type MetricName, SUMMARIES } from "./columns";

type Props = {
  isOpen: boolean;
  close: () => void;
  choices: Choices;
  chosen: readonly Column[];
  choose: (columns: readonly Column[] | null) => void;
};

const MOST_SHOWN = 100;

export function ColumnPicker({ isOpen, close, choices, chosen, choose }: Props) {
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface className="column-picker" data-testid="column-picker">
        <DialogBody>
          <DialogTitle>Columns</DialogTitle>
          <DialogContent className="column-picker-halves">
            <Offer choices={choices} chosen={chosen} choose={choose} />
            <Chosen chosen={chosen} choose={choose} />
          </DialogContent>
          <DialogActions>
            <Button onClick={() => choose(null)}>Back to the usual columns</Button>
            <Button appearance="primary" onClick={close}>
              Done
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

type ChoiceProps = { chosen: readonly Column[]; choose: (columns: readonly Column[]) => void };

function Offer({ choices, chosen, choose }: ChoiceProps & { choices: Choices }) {
  const [text, setText] = useState("");
  const words = text.trim().toLowerCase();
  const fits = (name: string) => name.toLowerCase().includes(words);
  const toggles = { chosen, choose };
  const metrics = choices.metrics.filter(({ metric, column }) => fits(`${metric}.${column}`));
  const fields = FIELDS.filter(({ title }) => fits(title));
  const tags = choices.tags.filter(fits);
  const properties = choices.properties.filter(fits);
  const found = metrics.length + fields.length + tags.length + properties.length;
  return (
    <section aria-label="All columns" className="column-offer">
      <SearchBox
        placeholder="Find a column"
        aria-label="Find a column"
        value={text}
        onChange={(_, { value }) => setText(value)}
      />
      <div className="column-list">
        {metrics.length > 0 && <h3>Metrics</h3>}
        {metrics.slice(0, MOST_SHOWN).map((name) => (
          <MetricChoice key={`${name.metric}\n${name.column}`} name={name} {...toggles} />
        ))}
        {metrics.length > MOST_SHOWN && (
          <p className="quiet">{metrics.length - MOST_SHOWN} more: type a part of the name.</p>
        )}
        <Group title="About the run" columns={fields.map(({ name }) => ({ field: name }))} {...toggles} />
        <Group title="Tags" columns={tags.map((tag) => ({ tag }))} {...toggles} />
        <Group title="Properties" columns={properties.map((property) => ({ property }))} {...toggles} />
        {found === 0 && <p className="quiet">No column has that name.</p>}
      </div>
    </section>
  );
}

const has = (chosen: readonly Column[], column: Column) =>
  chosen.some((each) => columnToken(each) === columnToken(column));
const without = (chosen: readonly Column[], column: Column) =>
  chosen.filter((each) => columnToken(each) !== columnToken(column));

function Group({ title, columns, chosen, choose }: ChoiceProps & { title: string; columns: Column[] }) {
  if (columns.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      {columns.map((column) => (
        <Checkbox
          key={columnToken(column)}
          label={columnTitle(column)}
          checked={has(chosen, column)}
          onChange={(_, { checked }) => choose(checked ? [...chosen, column] : without(chosen, column))}
        />
      ))}
    </>
  );
}

/** One metric has many columns: its last, lowest, highest … value. */
function MetricChoice({ name, chosen, choose }: ChoiceProps & { name: MetricName }) {
  const { metric, column } = name;
  const title = column === "" ? metric : `${metric}.${column}`;
  return (
    <fieldset className="metric-choice">
      <legend title={title}>{title}</legend>
      {SUMMARIES.filter((of) => name.isNumeric || of === "last" || of === "first" || of === "count").map((of) => {
        const wanted: Column = { metric, of, column };
        const isOn = has(chosen, wanted);
        return (
          <button
            key={of}
            type="button"
            className="choice-chip"
            aria-pressed={isOn}
            aria-label={`${title}: ${of}`}
            onClick={() => choose(isOn ? without(chosen, wanted) : [...chosen, wanted])}
          >
            {isOn ? "✓ " : ""}
            {of}
          </button>
        );
      })}
    </fieldset>
  );
}

function Chosen({ chosen, choose }: ChoiceProps) {
  const swap = (from: number, to: number) => {
    const next = [...chosen];
    const [moved] = next.splice(from, 1);
    if (moved) next.splice(to, 0, moved);
    choose(next);
  };
  return (
    <section aria-label="Chosen columns" className="column-chosen">
      <h3>Shown, from left to right</h3>
      <ol className="column-list">
        {chosen.map((column, position) => {
          const title = columnTitle(column);
          return (
            <li key={columnToken(column)} title={columnDescription(column)}>
              <span>{title}</span>
              <Button
                size="small"
                appearance="subtle"
                icon={<ArrowUpRegular />}
                disabled={position === 0}
                aria-label={`Move ${title} left`}
                onClick={() => swap(position, position - 1)}
              />
              <Button
                size="small"
                appearance="subtle"
                icon={<ArrowDownRegular />}
                disabled={position === chosen.length - 1}
                aria-label={`Move ${title} right`}
                onClick={() => swap(position, position + 1)}
              />
              <Button
                size="small"
                appearance="subtle"
                icon={<DismissRegular />}
                aria-label={`Take ${title} out`}
                onClick={() => choose(without(chosen, column))}
              />
            </li>
          );
        })}
      </ol>
      {chosen.length === 0 && <p className="quiet">Only the name.</p>}
    </section>
  );
}
