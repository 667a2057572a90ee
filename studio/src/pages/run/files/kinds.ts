/** How a file is looked at, by its name; what it really is, the server decides when it sends it. */

export type FileKind = "image" | "page" | "markdown" | "json" | "csv" | "parquet" | "text" | "binary";

const KINDS: readonly [FileKind, RegExp][] = [
  ["image", /\.(png|jpe?g|gif|webp)$/i],
  ["page", /\.(html?|svg)$/i],
  ["markdown", /\.(md|markdown)$/i],
  ["parquet", /\.(parquet|pq)$/i],
  ["json", /\.(json|ipynb)$/i],
  ["csv", /\.(csv|tsv)$/i],
  [
    "text",
    /\.(txt|log|rst|py|pyi|ya?ml|toml|cfg|ini|conf|sh|bash|r|jl|m|sql|js|mjs|ts|tsx|jsx|css|xml|c|h|cc|cpp|hpp|cu|rs|go|java|kt|scala|tex|bib|jsonl|ndjson|lock|env|dockerfile|gitignore|amlignore|out|err)$/i,
  ],
  ["text", /(^|\/)(makefile|dockerfile|license|readme|requirements|\.[\w-]+ignore)[^/.]*$/i],
];

export const fileKind = (path: string): FileKind => KINDS.find(([, name]) => name.test(path))?.[0] ?? "binary";

/** Whether these first bytes are text: valid UTF-8 without NUL. */
export function looksLikeText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Whether these are the bytes of a whole JSON document that is an object or a list. */
export function looksLikeJson(bytes: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}

/** Sixteen bytes a line: place, hexadecimal, characters. */
export function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}

/** Rows of a text (RFC 4180), at most `most`; `end`: the character after each. */
export function csvRows(text: string, most: number, separator = ","): { cells: string[]; end: number }[] {
  const rows: { cells: string[]; end: number }[] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endRow = (end: number) => {
    rows.push({ cells: [...row, cell], end });
    row = [];
    cell = "";
  };
  for (let at = 0; at < text.length && rows.length < most; at += 1) {
    const character = text[at];
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (character === '"' && cell === "") isQuoted = true;
    else if (character === separator) {
      row.push(cell);
      cell = "";
    } else if (character === "\n") endRow(at + 1);
    else if (character !== "\r") cell += character;
  }
  if (rows.length < most && (cell !== "" || row.length > 0)) endRow(text.length);
  return rows;
}
