/** Lines of a file as part of an address: `#L12` and `#L12-L20`. */

export type LineRange = { readonly first: number; readonly last: number };

export function rangeOf(hash: string): LineRange | null {
  const [, first, last = first] = /^#L([1-9]\d{0,14})(?:-L?([1-9]\d{0,14}))?$/.exec(hash) ?? [];
  if (first === undefined) return null;
  const numbers = [Number(first), Number(last)];
  return { first: Math.min(...numbers), last: Math.max(...numbers) };
}

export const hashOf = ({ first, last }: LineRange): string => (first === last ? `#L${first}` : `#L${first}-L${last}`);

/** After a click on a line; `isMore`: with Shift, up to it from the one before. */
export function clicked(range: LineRange | null, line: number, isMore: boolean): LineRange {
  if (!isMore || range === null) return { first: line, last: line };
  return { first: Math.min(range.first, line), last: line < range.first ? range.last : line };
}
