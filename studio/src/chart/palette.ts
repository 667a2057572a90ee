/** Colours of lines; the number at a line's end says the same without colour. */

const LIGHT = ["#0b6bb0", "#c4500a", "#0a7d54", "#a8438f", "#7d6200", "#5b4fc9", "#b3261e", "#4f6367"];
const DARK = ["#62b0f0", "#ff9a5c", "#4fd1a1", "#ec9bd2", "#e3c84c", "#b0a6ff", "#ff8f88", "#b4c2c6"];
const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

export const isDark = (): boolean => document.documentElement.dataset.theme === "dark";

/** The colour of the line number `index`, in the theme of the moment. */
export function lineColor(index: number): string {
  const colors = isDark() ? DARK : LIGHT;
  return colors[index % colors.length] as string;
}

/** A colour that says something of a line, in the place of its own: that of another number, or one between blue (0) and orange (1). */
export type Paint = { index: number } | { share: number | null };

export const colorOf = ({ index, paint }: { index: number; paint?: Paint | undefined }): string =>
  paint === undefined ? lineColor(index) : paintColor(paint);

export const paintColor = (paint: Paint): string => ("index" in paint ? lineColor(paint.index) : shade(paint.share));

const GREY = [0x8a, 0x8f, 0x98] as const;
const BLUE = [0x2f, 0x7f, 0xd0] as const;
const ORANGE = [0xe0, 0x70, 0x1a] as const;

/** From blue over grey to orange: readable by the colour-blind, in both themes. */
function shade(share: number | null): string {
  const end = (share ?? 0) < 0.5 ? BLUE : ORANGE;
  const part = share === null ? 0 : Math.abs(share - 0.5) * 2;
  return `#${end.map((level, at) => hex((GREY[at] ?? 0) + part * (level - (GREY[at] ?? 0)))).join("")}`;
}

const hex = (level: number): string => Math.round(level).toString(16).padStart(2, "0");

/** Lines beyond the number of colours are dashed. */
export const lineDash = (index: number): number[] => [
  ...(DASHES[Math.floor(index / LIGHT.length) % DASHES.length] ?? []),
];

export const token = (name: string): string =>
  getComputedStyle(document.querySelector(".app") ?? document.body)
    .getPropertyValue(name)
    .trim();

/** Calls `changed` when the theme changes; returns how to stop. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(() => requestAnimationFrame(changed));
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}
