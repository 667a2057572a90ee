/** Small things as short text for an address: items with `;` between them, their fields with `~`, lists with `,`. */

const SPECIAL = /[%;~,=]/g;

export const packed = (text: string): string =>
  text.replace(SPECIAL, (sign) => encodeURIComponent(sign).replace("~", "%7E"));

/** Undoes `packed`; what is no escape of ours stays as it is. */
export const unpacked = (text: string): string =>
  text.replace(/%(25|3B|7E|2C|3D)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** An item: its first field, and others by name. */
export type Item = { head: string; fields: ReadonlyMap<string, string> };

export function itemText(head: string, fields: Record<string, string | readonly string[] | boolean | null>): string {
  const told = Object.entries(fields).flatMap(([name, value]) => {
    if (value === null || value === false || value === "" || (Array.isArray(value) && value.length === 0)) return [];
    if (value === true) return [name];
    return [
      `${name}=${typeof value === "string" ? packed(value) : (value as readonly string[]).map(packed).join(",")}`,
    ];
  });
  return [packed(head), ...told].join("~");
}

/** The items of a text; a field that is only named is "1". */
export function itemsOf(text: string | null): Item[] {
  if (!text) return [];
  return text.split(";").map((item) => {
    const [head = "", ...fields] = item.split("~");
    const named = fields.map((field): [string, string] => {
      const at = field.indexOf("=");
      return at < 0 ? [field, "1"] : [field.slice(0, at), field.slice(at + 1)];
    });
    return { head: unpacked(head), fields: new Map(named) };
  });
}

export const fieldText = (item: Item, name: string): string => unpacked(item.fields.get(name) ?? "");

export const fieldList = (item: Item, name: string): string[] => listOf(item.fields.get(name) ?? null);

export const listOf = (text: string | null): string[] => (text ? text.split(",").map(unpacked) : []);

export const listText = (texts: readonly string[]): string | null => texts.map(packed).join(",") || null;
