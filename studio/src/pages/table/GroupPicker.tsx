/** By which columns the runs are put into groups, and which figure of a group stands in its columns. */

import { Combobox, Option, Select } from "@fluentui/react-components";
import { useState } from "react";
import type { Column } from "@/api/types";
import { runTexts } from "@/texts/runs";
import { columnTitle, columnToken } from "./columns";
import type { Figure, View } from "./views";

const texts = runTexts.group;
const FIGURES = ["mean", "min", "max"] as const;
const MOST_OFFERED = 100;
const MOST_BY = 4;

type Props = { view: View; change: (change: Partial<View>) => void; columns: readonly Column[] };

export function GroupPicker({ view, change, columns }: Props) {
  const [text, setText] = useState<string | null>(null);
  const chosen = view.by.map(columnTitle).join(", ");
  const words = (text ?? "").trim().toLowerCase();
  const offered = [...view.by, ...columns.filter((column) => !has(view.by, column))];
  const found = offered.filter((column) => columnTitle(column).toLowerCase().includes(words)).slice(0, MOST_OFFERED);
  return (
    <>
      <Combobox
        className="filter-choice"
        multiselect
        aria-label={texts.label}
        placeholder={texts.none}
        data-testid="group-by"
        value={text ?? (chosen === "" ? "" : `${texts.label} ${chosen}`)}
        selectedOptions={view.by.map(columnToken)}
        onChange={(event) => setText(event.target.value)}
        onOpenChange={(_, { open }) => setText(open ? "" : null)}
        onOptionSelect={(_, { selectedOptions }) =>
          change({ by: selectedOptions.flatMap((token) => columnOf(offered, token)).slice(-MOST_BY) })
        }
      >
        {found.map((column) => (
          <Option key={columnToken(column)} value={columnToken(column)} text={columnTitle(column)}>
            {columnTitle(column)}
          </Option>
        ))}
      </Combobox>
      {view.by.length > 0 && (
        <Select
          aria-label={texts.figure}
          title={texts.figure}
          value={view.figure}
          onChange={(_, { value }) => change({ figure: value as Figure })}
        >
          {FIGURES.map((figure) => (
            <option key={figure} value={figure}>
              {texts.figures[figure]}
            </option>
          ))}
        </Select>
      )}
    </>
  );
}

const has = (columns: readonly Column[], column: Column) =>
  columns.some((each) => columnToken(each) === columnToken(column));
const columnOf = (columns: readonly Column[], token: string) =>
  columns.filter((each) => columnToken(each) === token).slice(0, 1);
