/** The conditions of a filter: as many as wanted, all or any of them, in groups, each also turned around. */

import { Button, Input, Select, ToggleButton } from "@fluentui/react-components";
import { AddRegular, DismissRegular } from "@fluentui/react-icons";
import { useState } from "react";
import type { Column, Operator } from "@/api/types";
import { FormDialog } from "@/parts/FormDialog";
import { runTexts } from "@/texts/runs";
import { ColumnBox } from "./ColumnBox";
import { fieldOf } from "./columns";
import { type Group, isGroup, operatorsOf, type Rule } from "./filters";

const texts = runTexts.filter;

type Props = { close: () => void; columns: readonly Column[]; rules: Group; setRules: (rules: Group) => void };

export function RuleDialog({ close, columns, rules, setRules }: Props) {
  const [draft, setDraft] = useState<DraftGroup>(() => {
    const known = draftOf(rules);
    return known.rules.length > 0 ? known : { ...known, rules: [newCondition()] };
  });
  return (
    <FormDialog
      title={texts.title}
      apply={texts.apply}
      keep={texts.cancel}
      act={() => setRules(wholeOf(draft))}
      close={close}
      isWide
      testId="rule-dialog"
    >
      <GroupEditor group={draft} setGroup={setDraft} columns={columns} depth={0} />
      <p className="quiet">{draft.rules.length === 0 ? texts.nothing : texts.incomplete}</p>
    </FormDialog>
  );
}

/** While it is edited, a condition may have no column yet. */
type DraftCondition = { column: Column | null; op: Operator; value: string; not?: boolean; id: number };
type DraftGroup = { every: boolean; rules: readonly Draft[]; not?: boolean; id: number };
type Draft = DraftCondition | DraftGroup;

let ids = 0;
const newId = () => {
  ids += 1;
  return ids;
};
const newCondition = (): DraftCondition => ({ column: null, op: "=", value: "", id: newId() });

function draftOf(group: Group): DraftGroup {
  const rules = group.rules.map((rule) => (isGroup(rule) ? draftOf(rule) : { ...rule, id: newId() }));
  return { ...group, rules, id: newId() };
}

/** The whole conditions of a draft; what is not whole is left out, and so are groups without any. */
function wholeOf({ every, rules, not }: DraftGroup): Group {
  const whole = rules.flatMap((draft): Rule[] => {
    if ("rules" in draft) {
      const group = wholeOf(draft);
      return group.rules.length > 0 ? [group] : [];
    }
    const { id: _, column, ...condition } = draft;
    const isWhole = column !== null && (draft.op === "exists" || draft.value.trim() !== "");
    return isWhole ? [{ ...condition, column, value: draft.op === "exists" ? "" : draft.value.trim() }] : [];
  });
  return not ? { every, rules: whole, not } : { every, rules: whole };
}

const DEEPEST = 3;

type GroupProps = {
  group: DraftGroup;
  setGroup: (group: DraftGroup) => void;
  columns: readonly Column[];
  depth: number;
};

function GroupEditor({ group, setGroup, columns, depth }: GroupProps) {
  const set = (id: number, draft: Draft | null) =>
    setGroup({ ...group, rules: group.rules.flatMap((each) => (each.id !== id ? [each] : draft ? [draft] : [])) });
  const add = (draft: Draft) => setGroup({ ...group, rules: [...group.rules, draft] });
  return (
    <fieldset className="rule-group">
      <legend>
        <NotButton isNot={group.not === true} setNot={(not) => setGroup(turned(group, not))} />
        <Select
          aria-label={texts.title}
          value={group.every ? "all" : "any"}
          onChange={(_, { value }) => setGroup({ ...group, every: value === "all" })}
        >
          <option value="all">{texts.all}</option>
          <option value="any">{texts.any}</option>
        </Select>
      </legend>
      {group.rules.map((draft) => (
        <div key={draft.id} className="rule">
          {"rules" in draft ? (
            <GroupEditor group={draft} setGroup={(next) => set(draft.id, next)} columns={columns} depth={depth + 1} />
          ) : (
            <ConditionEditor condition={draft} setCondition={(next) => set(draft.id, next)} columns={columns} />
          )}
          <Button
            appearance="subtle"
            icon={<DismissRegular />}
            aria-label={texts.remove}
            onClick={() => set(draft.id, null)}
          />
        </div>
      ))}
      <div className="rule-adds">
        <Button size="small" icon={<AddRegular />} onClick={() => add(newCondition())}>
          {texts.addCondition}
        </Button>
        {depth < DEEPEST && (
          <Button
            size="small"
            icon={<AddRegular />}
            onClick={() => add({ every: !group.every, rules: [newCondition()], id: newId() })}
          >
            {texts.addGroup}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

function turned<T extends { not?: boolean }>(rule: T, isNot: boolean): T {
  const { not: _, ...plain } = rule;
  return (isNot ? { ...plain, not: true } : plain) as T;
}

function NotButton({ isNot, setNot }: { isNot: boolean; setNot: (isNot: boolean) => void }) {
  return (
    <ToggleButton size="small" checked={isNot} aria-label={texts.notLabel} onClick={() => setNot(!isNot)}>
      {texts.not}
    </ToggleButton>
  );
}

type ConditionProps = {
  condition: DraftCondition;
  setCondition: (condition: DraftCondition) => void;
  columns: readonly Column[];
};

function ConditionEditor({ condition, setCondition, columns }: ConditionProps) {
  const { column, op, value } = condition;
  const kind = column ? fieldOf(column)?.kind : undefined;
  const operators = column ? operatorsOf(column) : (["="] as const);
  const choose = (chosen: Column | null) => {
    const fits = chosen === null || operatorsOf(chosen).includes(op);
    setCondition({ ...condition, column: chosen, op: fits ? op : (operatorsOf(chosen)[0] ?? "=") });
  };
  return (
    <div className="rule-condition">
      <NotButton isNot={condition.not === true} setNot={(not) => setCondition(turned(condition, not))} />
      <ColumnBox label={texts.column} column={column} columns={columns} choose={choose} />
      <Select
        aria-label={texts.comparison}
        value={op}
        onChange={(_, change) => setCondition({ ...condition, op: change.value as Operator })}
      >
        {operators.map((each) => (
          <option key={each} value={each}>
            {runTexts.operators[each]}
          </option>
        ))}
      </Select>
      {op !== "exists" && (
        <Input
          aria-label={kind === "duration" ? texts.seconds : texts.value}
          placeholder={kind === "duration" ? texts.seconds : texts.value}
          type={kind === "time" ? "datetime-local" : "text"}
          value={value}
          onChange={(_, change) => setCondition({ ...condition, value: change.value })}
        />
      )}
    </div>
  );
}
