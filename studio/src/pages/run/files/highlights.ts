/** Source text in colours: parsed by a grammar, whose time grows with the text and with nothing else. */

import type { Parser } from "@lezer/common";
import { classHighlighter, highlightCode } from "@lezer/highlight";
import { PLAIN, type Style } from "@/parts/terminal/styles";
import type { Line } from "@/parts/terminal/terminal";

const GRAMMARS: readonly [RegExp, () => Promise<Parser>][] = [
  [/\.(pyi?|ipy)$/i, async () => (await import("@lezer/python")).parser],
  [/\.(m?js|jsx)$/i, async () => (await import("@lezer/javascript")).parser.configure({ dialect: "jsx" })],
  [/\.tsx?$/i, async () => (await import("@lezer/javascript")).parser.configure({ dialect: "ts jsx" })],
  [/\.(json|jsonl|ipynb)$/i, async () => (await import("@lezer/json")).parser],
  [/\.ya?ml$/i, async () => (await import("@lezer/yaml")).parser],
  [/\.(c|h|cc|cpp|hpp|cu|cuh)$/i, async () => (await import("@lezer/cpp")).parser],
  [/\.rs$/i, async () => (await import("@lezer/rust")).parser],
  [/\.(java|kt|scala)$/i, async () => (await import("@lezer/java")).parser],
  [/\.go$/i, async () => (await import("@lezer/go")).parser],
  [/\.(xml|svg)$/i, async () => (await import("@lezer/xml")).parser],
  [/\.html?$/i, async () => (await import("@lezer/html")).parser],
  [/\.css$/i, async () => (await import("@lezer/css")).parser],
];

/** Lines of the text, as the terminal shows them, with styles; null where no grammar knows such a file. */
export async function highlightedLines(path: string, text: string): Promise<Line[] | null> {
  const load = GRAMMARS.find(([name]) => name.test(path))?.[1];
  if (load === undefined) return null;
  const parser = await load();
  const shown = text.split(/\r?\n/).map(withoutTabs).join("\n");
  const lines: Line[] = [];
  let line = { text: "", runs: [] as { end: number; style: Style }[] };
  highlightCode(
    shown,
    parser.parse(shown),
    classHighlighter,
    (piece, classes) => {
      line.text += piece;
      line.runs.push({ end: line.text.length, style: styleOf(classes) });
    },
    () => {
      lines.push(line);
      line = { text: "", runs: [] };
    },
  );
  return [...lines, line];
}

const STYLES = new Map<string, Style>();

function styleOf(classes: string): Style {
  if (classes === "") return PLAIN;
  const known = STYLES.get(classes) ?? { ...PLAIN, token: classes };
  STYLES.set(classes, known);
  return known;
}

function withoutTabs(line: string): string {
  if (!line.includes("\t")) return line;
  let shown = "";
  for (const [at, part] of line.split("\t").entries())
    shown += (at > 0 ? " ".repeat(8 - (shown.length % 8)) : "") + part;
  return shown;
}
