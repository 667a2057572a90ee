/** Colours of lines; the number at a line's end says the same without colour. */

const LIGHT = ["#0b6bb0", "#c4500a", "#0a7d54", "#a8438f", "#7d6200", "#5b4fc9", "#b3261e", "#4f6367"];
const DARK = ["#62b0f0", "#ff9a5c", "#4fd1a1", "#ec9bd2", "#e3c84c", "#b0a6ff", "#ff8f88", "#b4c2c6"];
const BLANK_DASH = [1, 4];
const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

export const isDark = (): boolean => document.documentElement.dataset.theme === "dark";

/** The colour of the line number `index`, in the theme of the moment. */
export function lineColor(index: number): string {
  const colors = isDark() ? DARK : LIGHT;
  return colors[index % colors.length] as string;
}

/** A colour that says something of a line, in the place of its own: that of another number, or a place from 0 to 1 on a scale; null: no value. */
export type Paint = { index: number } | { share: number | null };

export const colorOf = ({ index, paint }: { index: number; paint?: Paint | undefined }): string =>
  paint === undefined ? lineColor(index) : paintColor(paint);

export const paintColor = (paint: Paint): string => ("index" in paint ? lineColor(paint.index) : shade(paint.share));

/** Whether it stands for "no value", which is told by more than its colour. */
export const isBlank = (paint: Paint | undefined): boolean =>
  paint !== undefined && "share" in paint && paint.share === null;

// Viridis (Smith and van der Walt, CC0): its lightness only grows, also for the colour-blind.
const SCALE = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];
// The part of it that stands out from the page: with 2.5:1 at least.
const ON_LIGHT = [0, 0.62] as const;
const ON_DARK = [0.35, 1] as const;
const BLANK = "#8a8f98";

function shade(share: number | null): string {
  if (share === null) return BLANK;
  const [from, to] = isDark() ? ON_DARK : ON_LIGHT;
  const place = (from + Math.min(1, Math.max(0, share)) * (to - from)) * (SCALE.length - 1);
  const below = Math.min(Math.floor(place), SCALE.length - 2);
  const levels = (at: number) =>
    [1, 3, 5].map((digit) => Number.parseInt(SCALE[at]?.slice(digit, digit + 2) ?? "", 16));
  const high = levels(below + 1);
  return `#${levels(below)
    .map((level, at) => hex(level + (place - below) * ((high[at] ?? 0) - level)))
    .join("")}`;
}

const hex = (level: number): string => Math.round(level).toString(16).padStart(2, "0");

/** Lines beyond the number of colours are dashed, and dotted those whose colour says that there is no value. */
export const lineDash = (index: number, paint?: Paint): number[] => {
  if (paint !== undefined) return isBlank(paint) ? [...BLANK_DASH] : [];
  return [...(DASHES[Math.floor(index / LIGHT.length) % DASHES.length] ?? [])];
};

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
