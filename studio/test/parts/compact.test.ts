import { expect, test } from "vitest";
import { fieldList, fieldText, itemsOf, itemText, listOf, listText, packed, unpacked } from "@/parts/compact";

const HOSTILE = ["a;b~c=d,e%f", "%3B", "%zz", "100 %", "ä/ö 😀", "=", "~~;;", ""];

test("any text comes back from an address as it was", () => {
  for (const text of HOSTILE) expect(unpacked(packed(text))).toBe(text);
  const [item] = itemsOf(
    itemText("head;~", { text: HOSTILE.join("|"), list: HOSTILE, yes: true, no: false, none: null }),
  );
  expect(item?.head).toBe("head;~");
  expect(item && fieldText(item, "text")).toBe(HOSTILE.join("|"));
  expect(item && fieldList(item, "list")).toEqual(HOSTILE);
  expect([item?.fields.has("yes"), item?.fields.has("no"), item?.fields.has("none")]).toEqual([true, false, false]);
});

test("a list without anything is no parameter at all", () => {
  expect(listText([])).toBeNull();
  expect(listOf(null)).toEqual([]);
  expect(listOf(listText(["a,b", "c"]))).toEqual(["a,b", "c"]);
  expect(itemsOf(null)).toEqual([]);
});
