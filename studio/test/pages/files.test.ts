import { expect, test } from "vitest";
import { highlightedLines } from "@/pages/run/files/highlights";
import { csvRows, fileKind, hexLines, looksLikeText } from "@/pages/run/files/kinds";
import { headOf, importsOf } from "@/pages/run/files/models";
import { treeRows } from "@/parts/trees";

test("files are looked at by their names", () => {
  expect(fileKind("outputs/plot.PNG")).toBe("image");
  expect(fileKind("outputs/a.svg")).toBe("page");
  expect(fileKind("outputs/page.html")).toBe("page");
  expect(fileKind("outputs/t.parquet")).toBe("parquet");
  expect(fileKind("README.md")).toBe("markdown");
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

const cells = (text: string, most: number, separator?: string) =>
  csvRows(text, most, separator).map((row) => row.cells);

test("quoted cells keep commas, quotes and line ends", () => {
  expect(cells('a,b\r\n"1,5","say ""hi""\nthere"\nlast', 10)).toEqual([
    ["a", "b"],
    ["1,5", 'say "hi"\nthere'],
    ["last"],
  ]);
  expect(cells("a\tb,c\n1\t2\n", 10, "\t")).toEqual([
    ["a", "b,c"],
    ["1", "2"],
  ]);
  expect(csvRows("x\n".repeat(50), 3)).toHaveLength(3);
  expect(csvRows("ab\ncd\n", 3).map((row) => row.end)).toEqual([3, 6]);
  expect(csvRows("", 3)).toEqual([]);
});

const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));

test("a pickle tells what loading it would import, by either way of naming it", () => {
  const old = bytes([0x80, 2], "cos\nsystem\n(S'touch x'\ntR.");
  expect(headOf(old, old, old.length)).toMatchObject({ kind: "pickle", names: ["os.system"] });
  const framed = bytes([0x80, 4, 0x8c, 5], "posix", [0x94, 0x8c, 6], "system", [0x94, 0x93, 0x94]);
  expect(importsOf(framed)).toEqual(["posix.system"]);
});

test("heads of models are told by their bytes", () => {
  const json = '{"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"__metadata__":{"a":"b"}}';
  const safe = bytes([json.length, 0, 0, 0, 0, 0, 0, 0], json, Array(24).fill(0));
  expect(headOf(safe, safe, safe.length)).toMatchObject({ kind: "safetensors", names: ["w  F32  [2, 3]"] });
  const array = bytes(
    [0x93],
    "NUMPY",
    [1, 0, 70, 0],
    "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }       \n",
  );
  expect(headOf(array, array, array.length)?.facts).toContainEqual(["shape", "(3, 4)"]);
  const onnx = bytes([0x08, 7, 0x12, 7], "pytorch", [0x1a, 3], "2.1", [0x3a, 0xff, 0xff, 0x03]);
  expect(headOf(onnx, onnx, 999)).toMatchObject({
    kind: "ONNX model",
    facts: [
      ["IR version", "7"],
      ["producer", "pytorch"],
      ["producer version", "2.1"],
    ],
  });
  expect(headOf(bytes("just text"), bytes("just text"), 9)).toBeNull();
});

test("no head makes the reader fail or wait, whatever its bytes", () => {
  let seed = 6;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % 256;
  };
  const marks = [
    [0x80, 4],
    [0x50, 0x4b, 3, 4],
    [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59],
    [255, 255, 255, 255, 0, 0, 0, 0, 0x7b],
    [8],
    [],
  ];
  for (let turn = 0; turn < 300; turn += 1) {
    const file = bytes(marks[turn % marks.length] ?? [], Array.from({ length: 20 + (random() % 200) }, random));
    expect(() => headOf(file, file, file.length)).not.toThrow();
  }
});

test("source is coloured line by line and says what the terminal says", async () => {
  const lines = await highlightedLines("a.py", "def f(x):\r\n\treturn 'é' # why\n");
  expect(lines?.map((line) => line.text)).toEqual(["def f(x):", "        return 'é' # why", ""]);
  expect(lines?.[0]?.runs[0]).toMatchObject({ end: 3, style: { token: "tok-keyword" } });
  expect(await highlightedLines("a.unknown", "x")).toBeNull();
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
