/** CSV and Parquet files as tables, page by page; of a large one only the page is read. */

import { Button, Spinner } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { grouped } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { FILES } from "@/texts/files";
import type { FileToShow } from "./FileFrame";
import { type Page, readCsvPage, readParquetPage } from "./tables";

export function TableFile({ file, kind }: { file: FileToShow; kind: "csv" | "parquet" }) {
  // Where each page up to this one begins: a row of a Parquet file, a byte of a CSV file.
  const [starts, setStarts] = useState<readonly number[]>([0]);
  const [rows, setRows] = useState<readonly number[]>([0]);
  const start = starts.at(-1) ?? 0;
  const firstRow = rows.at(-1) ?? 0;
  const page = useQuery({
    queryKey: ["rows", file.address, file.sizeBytes, start],
    queryFn: ({ signal }) => (kind === "csv" ? readCsvPage : readParquetPage)(file, start, signal),
    placeholderData: (before) => before,
  });
  if (page.isLoadingError) return <Problem error={page.error} retry={() => void page.refetch()} />;
  if (!page.data) return <Spinner size="small" label={FILES.loading} delay={300} />;
  const { next, body, total } = page.data;
  return (
    <>
      <div className="table-pages">
        <span className="quiet" data-testid="table-rows">
          {FILES.rows(grouped(firstRow + 1), grouped(firstRow + body.length), total === null ? null : grouped(total))}
        </span>
        <Button
          size="small"
          disabled={starts.length === 1}
          onClick={() => {
            setStarts(starts.slice(0, -1));
            setRows(rows.slice(0, -1));
          }}
        >
          {FILES.before}
        </Button>
        <Button
          size="small"
          disabled={next === null || page.isPlaceholderData}
          onClick={() => {
            if (next === null) return;
            setStarts([...starts, next]);
            setRows([...rows, firstRow + body.length]);
          }}
        >
          {FILES.after}
        </Button>
      </div>
      <Rows page={page.data} firstRow={firstRow} />
    </>
  );
}

function Rows({ page, firstRow }: { page: Page; firstRow: number }) {
  return (
    <table className="plain-table csv">
      <thead>
        <tr>
          <th scope="col" className="numeric quiet">
            #
          </th>
          {page.names.map((name, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: columns of a file have no other name
            <th key={column} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {page.body.map((cells, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name
          <tr key={row}>
            <td className="numeric quiet">{grouped(firstRow + row + 1)}</td>
            {cells.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns of a file have no other name
              <td key={column} title={cell.length > 60 ? cell.slice(0, 4000) : undefined}>
                {cell.slice(0, 400)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
