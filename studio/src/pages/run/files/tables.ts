/** Pages of CSV and Parquet files, read by byte ranges. */

import { rangeReader } from "@/api/artifacts";
import type { FileToShow } from "./FileFrame";
import { csvRows } from "./kinds";

/** `next`: where the page after it begins; null at the end. `total`: rows, where that is known. */
export type Page = {
  names: readonly string[];
  body: readonly (readonly string[])[];
  next: number | null;
  total: number | null;
};

const PAGE_ROWS = 200;
const PAGE_BYTES = 1 << 20;
const MOST_COLUMNS = 500;

/** The page that begins at this byte; the first line of the file names the columns. */
export async function readCsvPage(file: FileToShow, start: number, signal: AbortSignal): Promise<Page> {
  const read = rangeReader(file.address, file.sizeBytes);
  const head = await read({ offset: 0, limit: PAGE_BYTES }, signal);
  const headText = new TextDecoder().decode(head.bytes);
  const separator = separatorOf(headText);
  const [top] = csvRows(headText, 1, separator);
  const names = (top?.cells ?? []).slice(0, MOST_COLUMNS);
  const from = start === 0 ? bytesOf(headText.slice(0, top?.end ?? 0)) : start;
  const piece =
    start === 0 ? head.bytes.subarray(from) : (await read({ offset: from, limit: PAGE_BYTES }, signal)).bytes;
  const isLast = from + piece.length >= file.sizeBytes;
  const text = new TextDecoder().decode(piece);
  const rows = csvRows(text, PAGE_ROWS + 1, separator);
  // What the piece ends in may be half a row, unless it is the only one.
  const whole = rows.length > PAGE_ROWS || isLast || rows.length < 2 ? rows : rows.slice(0, -1);
  const shown = whole.slice(0, PAGE_ROWS);
  const next = from + bytesOf(text.slice(0, shown.at(-1)?.end ?? text.length));
  return {
    names,
    body: shown.map(({ cells }) => cells.slice(0, MOST_COLUMNS)),
    next: next < file.sizeBytes && shown.length > 0 ? next : null,
    total: start === 0 && isLast && rows.length <= PAGE_ROWS ? rows.length : null,
  };
}

const separatorOf = (text: string) => (text.slice(0, text.indexOf("\n") + 1 || undefined).includes("\t") ? "\t" : ",");
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

/** The page that begins at this row. The library reads the file's footer and the pages of its columns, nothing else. */
export async function readParquetPage(file: FileToShow, start: number, signal: AbortSignal): Promise<Page> {
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema }, zstd, gzip] = await Promise.all([
    import("hyparquet"),
    import("fzstd"),
    import("fflate"),
  ]);
  const read = rangeReader(file.address, file.sizeBytes);
  const bytes = {
    byteLength: file.sizeBytes,
    slice: async (from: number, to = file.sizeBytes) => {
      const { bytes: piece } = await read({ offset: from, limit: to - from }, signal);
      return piece.slice().buffer as ArrayBuffer;
    },
  };
  const metadata = await parquetMetadataAsync(bytes);
  const total = Number(metadata.num_rows);
  const names = parquetSchema(metadata)
    .children.map((child) => child.element.name)
    .slice(0, MOST_COLUMNS);
  const end = Math.min(total, start + PAGE_ROWS);
  const rows = await parquetReadObjects({
    file: bytes,
    metadata,
    columns: names,
    rowStart: start,
    rowEnd: end,
    useOffsetIndex: true,
    // Beside Snappy, which the reader knows by itself.
    compressors: { ZSTD: (input) => zstd.decompress(input), GZIP: (input) => gzip.gunzipSync(input) },
  });
  const body = rows.map((row) => names.map((name) => cellText(row[name])));
  return { names, body, next: end < total ? end : null, total };
}

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (value instanceof Uint8Array)
    return [...value.subarray(0, 32)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  if (typeof value !== "object") return String(value);
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner));
}
