/** Which runs are shown: words, states, experiments, conditions. */

import { Button, Dropdown, Option, SearchBox, Tag, TagGroup } from "@fluentui/react-components";
import { FilterAddRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import type { Column, Status } from "@/api/types";
import { ConditionDialog } from "./ConditionDialog";
import { type Conditions, conditionText, conditionToken, NO_CONDITIONS, STATUS_GROUPS } from "./filters";

type Props = {
  filter: Conditions;
  setFilter: (filter: Conditions) => void;
  /** Columns that a condition can be about. */
  columns: readonly Column[];
  /** Names to choose from; null inside one experiment. */
  experiments: readonly string[] | null;
};

export function FilterBar({ filter, setFilter, columns, experiments }: Props) {
  const [isAdding, setAdding] = useState(false);
  const without = (token: string) => filter.conditions.filter((each) => conditionToken(each) !== token);
  return (
    <>
      <FilterText text={filter.text} setText={(text) => setFilter({ ...filter, text })} />
      <StatusFilter statuses={filter.statuses} setStatuses={(statuses) => setFilter({ ...filter, statuses })} />
      {experiments && experiments.length > 1 && (
        <Dropdown
          className="filter-choice"
          multiselect
          aria-label="Experiments"
          placeholder="Every experiment"
          data-testid="experiment-filter"
          value={filter.experiments.join(", ")}
          selectedOptions={[...filter.experiments]}
          onOptionSelect={(_, { selectedOptions }) => setFilter({ ...filter, experiments: selectedOptions })}
        >
          {experiments.map((name) => (
            <Option key={name}>{name}</Option>
          ))}
        </Dropdown>
      )}
      <Button icon={<FilterAddRegular />} onClick={() => setAdding(true)} data-testid="add-condition">
        Condition
      </Button>
      <ConditionDialog
        isOpen={isAdding}
        close={() => setAdding(false)}
        columns={columns}
        add={(condition) => setFilter({ ...filter, conditions: [...filter.conditions, condition] })}
      />
      {filter.conditions.length > 0 && (
        <TagGroup
          aria-label="Conditions"
          onDismiss={(_, { value }) => setFilter({ ...filter, conditions: without(value) })}
        >
          {filter.conditions.map((condition) => (
            <Tag
              key={conditionToken(condition)}
              value={conditionToken(condition)}
              size="small"
              dismissible
              dismissIcon={{ "aria-label": "Take this condition out" }}
            >
              {conditionText(condition)}
            </Tag>
          ))}
        </TagGroup>
      )}
      {(filter.statuses.length > 0 ||
        filter.conditions.length > 0 ||
        filter.text !== "" ||
        filter.experiments.length > 0) && (
        <Button appearance="subtle" onClick={() => setFilter(NO_CONDITIONS)}>
          Show all
        </Button>
      )}
    </>
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
      placeholder="Find by name, id or tag"
      aria-label="Find runs by name, id or tag"
      title="Press / to come here"
      value={typed}
      onChange={(_, { value }) => setTyped(value)}
      input={{ "data-search": true } as object}
    />
  );
}

function StatusFilter({
  statuses,
  setStatuses,
}: {
  statuses: readonly Status[];
  setStatuses: (statuses: Status[]) => void;
}) {
  const chosen = STATUS_GROUPS.filter((group) => group.statuses.some((status) => statuses.includes(status)));
  return (
    <Dropdown
      className="filter-choice"
      multiselect
      aria-label="Status"
      placeholder="Any status"
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
