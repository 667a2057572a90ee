/** How cards fall into rows. */

type Section<T> = { key: string; head: unknown; isOpen: boolean; items: readonly T[]; leastPx: number };

export type ShelfRow<T, S> =
  | { kind: "head"; key: string; section: S }
  | { kind: "cards"; key: string; section: S; items: readonly T[]; columns: number };

/** A row for the head of each section, and as many for its cards as the width needs; a closed section has none. */
export function shelfRows<T, S extends Section<T>>(
  sections: readonly S[],
  width: number,
  gap: number,
): ShelfRow<T, S>[] {
  return sections.flatMap((section): ShelfRow<T, S>[] => {
    const columns = Math.max(1, Math.floor((width + gap) / (section.leastPx + gap)));
    const head: ShelfRow<T, S>[] = section.head ? [{ kind: "head", key: `${section.key}:head`, section }] : [];
    const count = section.isOpen ? Math.ceil(section.items.length / columns) : 0;
    const cards = Array.from({ length: count }, (_, row): ShelfRow<T, S> => {
      const items = section.items.slice(row * columns, (row + 1) * columns);
      return { kind: "cards", key: `${section.key}:${row}`, section, items, columns };
    });
    return [...head, ...cards];
  });
}
