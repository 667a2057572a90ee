import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const ENGLISH = /\b(?:aria-label|title|placeholder|label|tip|alt)=(?:"[^"]*[A-Za-z]|\{`[^`$]*[A-Za-z]{2})/;

// Between tags Biome sees to it (noJsxLiterals); it says nothing of attributes.
test("no attribute has words of its own: all English is in src/texts", () => {
  const pages = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".tsx"));
  const found = pages.flatMap((path) =>
    readFileSync(`src/${path}`, "utf8")
      .split("\n")
      .flatMap((line, at) => (ENGLISH.test(line) ? [`${path}:${at + 1} ${line.trim()}`] : [])),
  );
  expect(pages.length).toBeGreaterThan(50);
  expect(found).toEqual([]);
});
