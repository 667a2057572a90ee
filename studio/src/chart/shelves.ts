/** How cards fall into rows. */

type Section<T> = { key: string; head: unknown; isOpen: boolean; items: readonly T[]; leastPx: number };

export type Placed<T> = { item: T; span: number };

export type ShelfRow<T, S> =
  | { kind: "head"; key: string; section: S }
  | { kind: "cards"; key: string; section: S; items: readonly Placed<T>[]; columns: number };

/** A row for the head of each section, and as many for its cards as the width needs; a closed section has none. A card may span several columns. */
export function shelfRows<T, S extends Section<T>>(
  sections: readonly S[],
  width: number,
  gap: number,
  spanOf: (item: T) => number = () => 1,
): ShelfRow<T, S>[] {
  return sections.flatMap((section): ShelfRow<T, S>[] => {
    const columns = Math.max(1, Math.floor((width + gap) / (section.leastPx + gap)));
    const head: ShelfRow<T, S>[] = section.head ? [{ kind: "head", key: `${section.key}:head`, section }] : [];
    const rows = section.isOpen ? inRows(section.items, columns, spanOf) : [];
    const cards = rows.map(
      (items, row): ShelfRow<T, S> => ({ kind: "cards", key: `${section.key}:${row}`, section, items, columns }),
    );
    return [...head, ...cards];
  });
}

function inRows<T>(items: readonly T[], columns: number, spanOf: (item: T) => number): Placed<T>[][] {
  const rows: Placed<T>[][] = [];
  let free = 0;
  for (const item of items) {
    const span = Math.min(spanOf(item), columns);
    if (span > free) {
      rows.push([]);
      free = columns;
    }
    rows.at(-1)?.push({ item, span });
    free -= span;
  }
  return rows;
}
