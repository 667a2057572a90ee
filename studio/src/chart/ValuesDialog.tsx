/** What a chart shows, as a table: for those who do not see lines, and for those who want the numbers. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from "@fluentui/react-components";
import { useMemo } from "react";
import { charts } from "@/texts/charts";
import { formatX, formatY, type PlotLine, type XKind, type YKind } from "./lines";
import { valueRows } from "./values";
import "./chart.css";

const MOST_ROWS = 1000;

export type ValuesProps = {
  name: string;
  x: string;
  xKind: XKind;
  yKind?: YKind | undefined;
  lines: readonly PlotLine[];
};

export function ValuesDialog({ name, x, xKind, yKind = "number", lines, close }: ValuesProps & { close: () => void }) {
  const { titles, rows } = useMemo(() => valueRows(lines), [lines]);
  const shown = rows.slice(0, MOST_ROWS);
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface className="values" data-testid="chart-values">
        <DialogBody className="values-body">
          <DialogTitle>{charts.valuesOf(name)}</DialogTitle>
          <DialogContent className="values-scroll" tabIndex={0} role="region" aria-label={charts.valuesOf(name)}>
            <table className="plain-table">
              <thead>
                <tr>
                  <th scope="col">{x}</th>
                  {titles.map((title, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: two lines may have one name
                    <th key={index} scope="col">
                      {title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((row, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a chart have no other name
                  <tr key={index}>
                    <th scope="row">{formatX(xKind, row.x)}</th>
                    {row.ys.map((y, column) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: as above
                      <td key={column}>{y === null ? "–" : formatY(yKind, y)}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </DialogContent>
          <DialogActions>
            {rows.length > MOST_ROWS && <span className="quiet">{charts.firstRows(MOST_ROWS, rows.length)}</span>}
            <Button onClick={close}>{charts.close}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
