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
