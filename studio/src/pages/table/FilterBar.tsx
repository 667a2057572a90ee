/** Which runs are shown: words, states, experiments, time, conditions. */

import { Button, Dropdown, Option, SearchBox, Tag, TagGroup } from "@fluentui/react-components";
import { FilterRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import type { Column, Status } from "@/api/types";
import { Choice } from "@/parts/Choice";
import { runTexts } from "@/texts/runs";
import { type Conditions, isFiltered, NO_CONDITIONS, ruleText, STATUS_GROUPS } from "./filters";
import { RuleDialog } from "./RuleDialog";

const texts = runTexts.filter;

type Props = {
  filter: Conditions;
  setFilter: (filter: Conditions) => void;
  /** Columns that a condition can be about. */
  columns: readonly Column[];
  /** Names to choose from; null inside one experiment. */
  experiments: readonly string[] | null;
};

export function FilterBar({ filter, setFilter, columns, experiments }: Props) {
  const [isEditing, setEditing] = useState(false);
  return (
    <>
      <FilterText text={filter.text} setText={(text) => setFilter({ ...filter, text })} />
      <SomeOf
        label={texts.status}
        every={texts.anyStatus}
        testId="status-filter"
        names={STATUS_GROUPS.map(({ title }) => title)}
        chosen={STATUS_GROUPS.filter(hasAny(filter.statuses)).map(({ title }) => title)}
        choose={(titles) =>
          setFilter({
            ...filter,
            statuses: STATUS_GROUPS.filter(({ title }) => titles.includes(title)).flatMap(({ statuses }) => statuses),
          })
        }
      />
      {experiments && experiments.length > 1 && (
        <SomeOf
          label={texts.experiments}
          every={texts.everyExperiment}
          testId="experiment-filter"
          names={experiments}
          chosen={filter.experiments}
          choose={(chosen) => setFilter({ ...filter, experiments: chosen })}
        />
      )}
      <Choice
        className="filter-choice"
        aria-label={texts.time}
        data-testid="time-filter"
        choices={texts.times}
        chosen={filter.since}
        choose={(since) => setFilter({ ...filter, since })}
      />
      <Choice
        className="filter-choice"
        aria-label={texts.archived}
        data-testid="archived-filter"
        choices={texts.archivedChoices}
        chosen={filter.archived}
        choose={(archived) => setFilter({ ...filter, archived })}
      />
      <Button icon={<FilterRegular />} onClick={() => setEditing(true)} data-testid="add-condition">
        {texts.conditions}
      </Button>
      {isEditing && (
        <RuleDialog
          close={() => setEditing(false)}
          columns={columns}
          rules={filter.rules}
          setRules={(rules) => setFilter({ ...filter, rules })}
        />
      )}
      <RuleChips filter={filter} setFilter={setFilter} edit={() => setEditing(true)} />
      {isFiltered(filter) && (
        <Button appearance="subtle" onClick={() => setFilter(NO_CONDITIONS)} data-testid="clear-filter">
          {texts.clear}
        </Button>
      )}
    </>
  );
}

const hasAny = (chosen: readonly Status[]) => (group: { statuses: readonly Status[] }) =>
  group.statuses.some((status) => chosen.includes(status));

/** One chip per rule that all have to hold; a filter of another kind is one chip. */
function RuleChips({ filter, setFilter, edit }: Pick<Props, "filter" | "setFilter"> & { edit: () => void }) {
  const { rules } = filter;
  if (rules.rules.length === 0) return null;
  const isList = rules.every && !rules.not;
  const parts = isList ? rules.rules.map((rule) => ruleText(rule)) : [ruleText(rules)];
  const without = (place: number) => ({
    ...filter,
    rules: isList ? { ...rules, rules: rules.rules.toSpliced(place, 1) } : NO_CONDITIONS.rules,
  });
  return (
    <TagGroup aria-label={texts.chips} onDismiss={(_, { value }) => setFilter(without(Number(value)))}>
      {parts.map((text, place) => (
        <Tag
          key={text}
          value={String(place)}
          size="small"
          className="filter-chip"
          dismissible
          dismissIcon={{ "aria-label": texts.takeOut }}
          title={text}
          onDoubleClick={edit}
        >
          {text}
        </Tag>
      ))}
    </TagGroup>
  );
}

/** Typing is answered a moment later, not at every key. */
function FilterText({ text, setText }: { text: string; setText: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => setText(typed), 250);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <SearchBox
      className="filter-text"
      placeholder={texts.search}
      aria-label={texts.searchLabel}
      title={texts.searchHint}
      value={typed}
      onChange={(_, { value }) => setTyped(value)}
      input={{ "data-search": true } as object}
    />
  );
}

type SomeOfProps = {
  label: string;
  /** What stands there while none is chosen. */
  every: string;
  testId: string;
  names: readonly string[];
  chosen: readonly string[];
  choose: (names: string[]) => void;
};

function SomeOf({ label, every, testId, names, chosen, choose }: SomeOfProps) {
  return (
    <Dropdown
      className="filter-choice"
      multiselect
      aria-label={label}
      placeholder={every}
      data-testid={testId}
      value={chosen.join(", ")}
      selectedOptions={[...chosen]}
      onOptionSelect={(_, { selectedOptions }) => choose(selectedOptions)}
    >
      {names.map((name) => (
        <Option key={name}>{name}</Option>
      ))}
    </Dropdown>
  );
}
