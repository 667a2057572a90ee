/** Opens the values of a chart as a table. */

import { TableSimpleRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { IconButton } from "@/parts/IconButton";
import { charts } from "@/texts/charts";
import { ValuesDialog, type ValuesProps } from "./ValuesDialog";

export function ValuesButton(values: ValuesProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <IconButton
        appearance="transparent"
        className="note-button"
        icon={<TableSimpleRegular />}
        label={charts.valuesOf(values.name)}
        tip={charts.values}
        onClick={() => setOpen(true)}
      />
      {isOpen && <ValuesDialog {...values} close={() => setOpen(false)} />}
    </>
  );
}
