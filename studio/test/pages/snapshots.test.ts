import { expect, test } from "vitest";
import { changedFiles } from "@/pages/run/snapshots/comparisons";
import { diffRows } from "@/pages/run/snapshots/diffs";

const file = (path: string, sha256: string) => ({ path, sha256, size_bytes: 1, executable: false });

test("files are added, removed or changed; those of the same content are none of it", () => {
  const changes = changedFiles(
    [file("a", "1"), file("b", "2"), file("c", "3")],
    [file("c", "3"), file("b", "9"), file("d", "1")],
  );
  expect(changes.map(({ path, kind }) => `${path} ${kind}`)).toEqual(["a removed", "b changed", "d added"]);
});

test("lines stand beside what they replace, with their numbers", () => {
  const rows = diffRows("a\nb\nc\nd\n", "a\nB\nC\nc\nd\n");
  expect(rows?.map(({ before, after }) => [before?.number, before?.text, after?.number, after?.text])).toEqual([
    [1, "a", 1, "a"],
    [2, "b", 2, "B"],
    [undefined, undefined, 3, "C"],
    [3, "c", 4, "c"],
    [4, "d", 5, "d"],
  ]);
  expect(diffRows("same\n", "same\n")).toEqual([]);
});

test("texts with nothing in common are not compared for ever", () => {
  const lines = (word: string) => Array.from({ length: 30_000 }, (_, at) => `${word} ${at}\n`).join("");
  expect(diffRows(lines("a"), lines("b"))).toBeNull();
});
