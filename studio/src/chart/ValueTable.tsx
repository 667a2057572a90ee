/** The values of a series as a table, of which only the part in view is loaded. */

import { Spinner } from "@fluentui/react-components";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { useWorkspace } from "@/api/live";
import { valueTableOptions } from "@/api/metrics";
import type { Series } from "@/api/types";
import { formatCell, grouped } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { charts } from "@/texts/charts";

const PAGE_ROWS = 200;
const ROW_PX = 26;
// A browser cannot scroll further than some 30 million pixels.
const MOST_ROWS = 500_000;

export function ValueTable({ runId, series }: { runId: string; series: Series }) {
  const workspace = useWorkspace();
  const scroller = useRef<HTMLDivElement>(null);
  const page = (number: number) =>
    valueTableOptions(
      workspace,
      runId,
      { name: series.name, offset: number * PAGE_ROWS, limit: PAGE_ROWS },
      series.count,
    );
  const head = useQuery(page(0));
  const total = head.data?.total ?? 0;
  const count = Math.min(total, MOST_ROWS);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const from = Math.floor((items[0]?.index ?? 0) / PAGE_ROWS);
  const to = Math.floor((items.at(-1)?.index ?? 0) / PAGE_ROWS);
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const pages = useQueries({ queries: numbers.map(page) });
  if (head.isLoadingError) return <Problem error={head.error} retry={() => void head.refetch()} />;
  if (!head.data) return <Spinner size="small" label={charts.loading} delay={300} />;
  const { columns } = head.data;
  const layout = { gridTemplateColumns: `64px repeat(${columns.length}, minmax(88px, 1fr))` };
  return (
    <>
      <div
        ref={scroller}
        className="value-table"
        role="table"
        aria-label={charts.valuesOf(series.name)}
        aria-rowcount={total + 1}
        tabIndex={0}
      >
        <div role="row" className="value-row value-head" style={layout}>
          <span role="columnheader">#</span>
          {columns.map((name) => (
            <span key={name} role="columnheader" title={name}>
              {name || charts.value}
            </span>
          ))}
        </div>
        <div
          role="rowgroup"
          style={{ height: virtual.getTotalSize(), position: "relative", minWidth: 64 + columns.length * 88 }}
        >
          {items.map((item) => {
            const row = pages[Math.floor(item.index / PAGE_ROWS) - from]?.data?.rows[item.index % PAGE_ROWS];
            return (
              <div
                key={item.key}
                role="row"
                className="value-row value-row-placed"
                style={{ ...layout, transform: `translateY(${item.start}px)` }}
                aria-rowindex={item.index + 2}
              >
                <span role="cell" className="quiet">
                  {grouped(item.index)}
                </span>
                {columns.map((name, column) => (
                  <span key={name} role="cell" title={row && String(row[column] ?? "")}>
                    {row ? formatCell(row[column]) || "–" : "…"}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {total > MOST_ROWS && <p className="points-note">{charts.firstValues(MOST_ROWS, total)}</p>}
    </>
  );
}
