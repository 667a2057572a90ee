/** Finds one of thousands of columns by a part of its name. */

import { Combobox, type ComboboxProps, Option } from "@fluentui/react-components";
import { useState } from "react";
import type { Column } from "@/api/types";
import { runTexts } from "@/texts/runs";
import { columnDescription, columnToken } from "./columns";

const MOST_OFFERED = 100;

type Props = Omit<ComboboxProps, "children"> & {
  label: string;
  column: Column | null;
  columns: readonly Column[];
  /** null: the words are those of no column. */
  choose: (column: Column | null) => void;
};

export function ColumnBox({ label, column, columns, choose, ...props }: Props) {
  const [text, setText] = useState(column ? columnDescription(column) : "");
  const words = column === null ? text.trim().toLowerCase() : "";
  const found = columns.filter((each) => columnDescription(each).toLowerCase().includes(words));
  const picked = (token: string | undefined, shown: string | undefined) => {
    setText(shown ?? "");
    choose(columns.find((each) => columnToken(each) === token) ?? null);
  };
  return (
    <Combobox
      placeholder={label}
      {...props}
      aria-label={label}
      value={text}
      selectedOptions={column ? [columnToken(column)] : []}
      onChange={(event) => {
        setText(event.target.value);
        choose(null);
      }}
      onOptionSelect={(_, { optionValue, optionText }) => picked(optionValue, optionText)}
    >
      {found.slice(0, MOST_OFFERED).map((each) => (
        <Option key={columnToken(each)} value={columnToken(each)} text={columnDescription(each)}>
          {columnDescription(each)}
        </Option>
      ))}
      {found.length > MOST_OFFERED && (
        <Option disabled value="" text="">
          {runTexts.picker.more(found.length - MOST_OFFERED)}
        </Option>
      )}
    </Combobox>
  );
}
