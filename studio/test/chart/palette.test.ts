// @vitest-environment happy-dom

import { afterEach, expect, test } from "vitest";
import { isBlank, lineDash, paintColor } from "@/chart/palette";

const PAGES = { light: "#ffffff", dark: "#292929" };
const SHARES = Array.from({ length: 21 }, (_, place) => place / 20);

/** Relative luminance, as WCAG has it. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const level = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

afterEach(() => {
  delete document.documentElement.dataset.theme;
});

for (const [theme, page] of Object.entries(PAGES))
  test(`on a ${theme} page more is always lighter, and every colour stands out from the page`, () => {
    document.documentElement.dataset.theme = theme;
    const lights = SHARES.map((share) => luminance(paintColor({ share })));
    expect(lights).toEqual([...lights].sort((a, b) => a - b));
    expect(new Set(lights).size).toBe(SHARES.length);
    for (const light of lights) {
      const [low, high] = [light, luminance(page)].sort((a, b) => a - b) as [number, number];
      expect((high + 0.05) / (low + 0.05)).toBeGreaterThan(2.5);
    }
  });

test("no value is told by more than its colour", () => {
  expect(SHARES.map((share) => paintColor({ share }))).not.toContain(paintColor({ share: null }));
  expect([isBlank({ share: null }), isBlank({ share: 0 }), isBlank({ index: 0 }), isBlank(undefined)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect([lineDash(0, { share: null }).length > 0, lineDash(99, { share: 0.5 }).length]).toEqual([true, 0]);
});
