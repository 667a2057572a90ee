/** Asks for one more condition: column, comparison, value. */

import {
  Button,
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
import { type FormEvent, useState } from "react";
import type { Column, Operator } from "@/api/types";
import { columnDescription, columnToken, fieldOf } from "./columns";
import { type Condition, OPERATORS } from "./filters";

type Props = {
  isOpen: boolean;
  close: () => void;
  columns: readonly Column[];
  add: (condition: Condition) => void;
};

export function ConditionDialog({ isOpen, close, columns, add }: Props) {
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface className="condition-dialog">
        <ConditionForm columns={columns} close={close} add={add} />
      </DialogSurface>
    </Dialog>
  );
}

function ConditionForm({ columns, close, add }: Omit<Props, "isOpen">) {
  const [text, setText] = useState("");
  const [token, setToken] = useState<string | null>(null);
  const [op, setOp] = useState<Operator>("=");
  const [value, setValue] = useState("");
  const column = columns.find((each) => columnToken(each) === token);
  const words = token === null ? text.trim().toLowerCase() : "";
  const offered = columns.filter((each) => columnDescription(each).toLowerCase().includes(words)).slice(0, 200);
  const isWhole = column !== undefined && (op === "exists" || value.trim() !== "");
  const pick = (nextToken: string | null, nextText: string) => {
    setToken(nextToken);
    setText(nextText);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isWhole) return;
    add({ column, op, value: op === "exists" ? "" : value.trim() });
    close();
  };
  const isDuration = column !== undefined && fieldOf(column)?.kind === "duration";
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <DialogTitle>Show only runs where</DialogTitle>
        <DialogContent className="condition-fields">
          <Field label="Column">
            <Combobox
              value={text}
              selectedOptions={token === null ? [] : [token]}
              onChange={(event) => pick(null, event.target.value)}
              onOptionSelect={(_, { optionValue, optionText }) => pick(optionValue ?? null, optionText ?? "")}
            >
              {offered.map((each) => (
                <Option key={columnToken(each)} value={columnToken(each)} text={columnDescription(each)}>
                  {columnDescription(each)}
                </Option>
              ))}
            </Combobox>
          </Field>
          <Field label="Comparison">
            <Dropdown
              value={OPERATORS.find((each) => each.op === op)?.words ?? op}
              selectedOptions={[op]}
              onOptionSelect={(_, { optionValue }) => setOp(optionValue as Operator)}
            >
              {OPERATORS.map((each) => (
                <Option key={each.op} value={each.op} text={each.words}>
                  {each.words}
                </Option>
              ))}
            </Dropdown>
          </Field>
          {op !== "exists" && (
            <Field label={isDuration ? "Seconds" : "Value"}>
              <Input value={value} onChange={(_, change) => setValue(change.value)} />
            </Field>
          )}
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" appearance="primary" disabled={!isWhole}>
            Add the condition
          </Button>
        </DialogActions>
      </DialogBody>
    </form>
  );
}
