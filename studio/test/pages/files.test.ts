import { expect, test } from "vitest";
import { csvRows, fileKind, hexLines, looksLikeText } from "@/pages/run/files/kinds";
import { treeRows } from "@/parts/trees";

test("files are looked at by their names", () => {
  expect(fileKind("outputs/plot.PNG")).toBe("image");
  expect(fileKind("outputs/a.svg")).toBe("text");
  expect(fileKind("outputs/page.html")).toBe("text");
  expect(fileKind("x/Dockerfile")).toBe("text");
  expect(fileKind("outputs/model.pkl")).toBe("binary");
  expect(fileKind("noextension")).toBe("binary");
});

test("text is told by its bytes", () => {
  expect(looksLikeText(new TextEncoder().encode("grün ⚗"))).toBe(true);
  expect(looksLikeText(new Uint8Array([80, 75, 3, 4, 0]))).toBe(false);
  expect(looksLikeText(new Uint8Array([0xff, 0xfe, 65]))).toBe(false);
  const cutInALetter = new TextEncoder().encode("aé").subarray(0, 2);
  expect(looksLikeText(cutInALetter)).toBe(true);
});

test("bytes that are no text are shown as such", () => {
  expect(hexLines(new TextEncoder().encode("PK\u0003 model"))).toBe(
    "000000  50 4b 03 20 6d 6f 64 65 6c                       PK. model",
  );
});

test("quoted cells keep commas, quotes and line ends", () => {
  expect(csvRows('a,b\r\n"1,5","say ""hi""\nthere"\nlast', 10)).toEqual([
    ["a", "b"],
    ["1,5", 'say "hi"\nthere'],
    ["last"],
  ]);
  expect(csvRows("a\tb,c\n1\t2\n", 10)).toEqual([
    ["a", "b,c"],
    ["1", "2"],
  ]);
  expect(csvRows("x\n".repeat(50), 3)).toHaveLength(3);
  expect(csvRows("", 3)).toEqual([]);
});

test("a tree has folders first, sums their sizes and hides what is closed", () => {
  const files = [
    { path: "b.txt", size_bytes: 1 },
    { path: "outputs/m/model.pkl", size_bytes: 10 },
    { path: "outputs/a10.csv", size_bytes: 5 },
    { path: "outputs/a9.csv", size_bytes: 5 },
  ];
  const rows = treeRows(files, () => false);
  expect(rows.map((row) => `${row.depth} ${row.path} ${row.sizeBytes}`)).toEqual([
    "1 outputs 20",
    "2 outputs/m 10",
    "3 outputs/m/model.pkl 10",
    "2 outputs/a9.csv 5",
    "2 outputs/a10.csv 5",
    "1 b.txt 1",
  ]);
  expect(treeRows(files, (path) => path === "outputs").map((row) => row.path)).toEqual(["outputs", "b.txt"]);
});
