/** Which runs are shown: words, states, experiments, time, conditions. */

import { Button, Dropdown, Option, SearchBox, Tag, TagGroup } from "@fluentui/react-components";
import { FilterRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import type { Archived, Column, Status } from "@/api/types";
import { runTexts } from "@/texts/runs";
import {
  ARCHIVED,
  type Conditions,
  isFiltered,
  NO_CONDITIONS,
  ruleText,
  SINCE,
  type Since,
  STATUS_GROUPS,
} from "./filters";
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
      <StatusFilter statuses={filter.statuses} setStatuses={(statuses) => setFilter({ ...filter, statuses })} />
      {experiments && experiments.length > 1 && (
        <ExperimentFilter
          names={experiments}
          chosen={filter.experiments}
          choose={(chosen) => setFilter({ ...filter, experiments: chosen })}
        />
      )}
      <OneOf
        label={texts.time}
        testId="time-filter"
        choices={SINCE}
        words={texts.times}
        chosen={filter.since}
        choose={(since: Since) => setFilter({ ...filter, since })}
      />
      <OneOf
        label={texts.archived}
        testId="archived-filter"
        choices={ARCHIVED}
        words={texts.archivedChoices}
        chosen={filter.archived}
        choose={(archived: Archived) => setFilter({ ...filter, archived })}
      />
      <Button icon={<FilterRegular />} onClick={() => setEditing(true)} data-testid="add-condition">
        {texts.conditions}
      </Button>
      <RuleDialog
        isOpen={isEditing}
        close={() => setEditing(false)}
        columns={columns}
        rules={filter.rules}
        setRules={(rules) => setFilter({ ...filter, rules })}
      />
      <RuleChips filter={filter} setFilter={setFilter} edit={() => setEditing(true)} />
      {isFiltered(filter) && (
        <Button appearance="subtle" onClick={() => setFilter(NO_CONDITIONS)} data-testid="clear-filter">
          {texts.clear}
        </Button>
      )}
    </>
  );
}

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

type OneOfProps<T extends string> = {
  label: string;
  testId: string;
  choices: readonly T[];
  words: Readonly<Record<T, string>>;
  chosen: T;
  choose: (choice: T) => void;
};

function OneOf<T extends string>({ label, testId, choices, words, chosen, choose }: OneOfProps<T>) {
  return (
    <Dropdown
      className="filter-choice"
      aria-label={label}
      data-testid={testId}
      value={words[chosen]}
      selectedOptions={[chosen]}
      onOptionSelect={(_, { optionValue }) => choose(optionValue as T)}
    >
      {choices.map((choice) => (
        <Option key={choice} value={choice}>
          {words[choice]}
        </Option>
      ))}
    </Dropdown>
  );
}

type ExperimentProps = {
  names: readonly string[];
  chosen: readonly string[];
  choose: (names: string[]) => void;
};

function ExperimentFilter({ names, chosen, choose }: ExperimentProps) {
  return (
    <Dropdown
      className="filter-choice"
      multiselect
      aria-label={texts.experiments}
      placeholder={texts.everyExperiment}
      data-testid="experiment-filter"
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

type StatusProps = { statuses: readonly Status[]; setStatuses: (statuses: Status[]) => void };

function StatusFilter({ statuses, setStatuses }: StatusProps) {
  const chosen = STATUS_GROUPS.filter((group) => group.statuses.some((status) => statuses.includes(status)));
  return (
    <Dropdown
      className="filter-choice"
      multiselect
      aria-label={texts.status}
      placeholder={texts.anyStatus}
      data-testid="status-filter"
      value={chosen.map((group) => group.title).join(", ")}
      selectedOptions={chosen.map((group) => group.title)}
      onOptionSelect={(_, { selectedOptions }) =>
        setStatuses(
          STATUS_GROUPS.filter((group) => selectedOptions.includes(group.title)).flatMap((group) => group.statuses),
        )
      }
    >
      {STATUS_GROUPS.map((group) => (
        <Option key={group.title}>{group.title}</Option>
      ))}
    </Dropdown>
  );
}
