/** Metrics in sections, by what stands before the last slash of their names. */

export type Section<T> = { name: string; items: T[] };

/** `train/loss` is in `train`; what has no slash is in the section "". That comes first, the others in the order of their first. */
export function sectionsOf<T>(items: readonly T[], nameOf: (item: T) => string): Section<T>[] {
  const found = new Map<string, T[]>([["", []]]);
  for (const item of items) {
    const section = prefixOf(nameOf(item));
    const known = found.get(section);
    if (known) known.push(item);
    else found.set(section, [item]);
  }
  return [...found].filter(([, some]) => some.length > 0).map(([name, some]) => ({ name, items: some }));
}

/** How a section is called in an address, where an empty word would be none. */
export const sectionKey = (name: string): string => name || "*";

export function prefixOf(name: string): string {
  const slash = name.lastIndexOf("/");
  return slash > 0 ? name.slice(0, slash) : "";
}

/** Whether every word is in the name, in any order; a search for nothing fits all. */
export function fits(name: string, text: string): boolean {
  const low = name.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
}
