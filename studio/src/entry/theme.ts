/** Dark, light, or what the system says. */

import { type BrandVariants, createDarkTheme, createLightTheme, type Theme } from "@fluentui/react-components";
import { useEffect, useSyncExternalStore } from "react";
import { usePersisted } from "@/parts/persisted";

const brand: BrandVariants = {
  10: "#001010",
  20: "#041f20",
  30: "#053234",
  40: "#054143",
  50: "#055153",
  60: "#046163",
  70: "#037174",
  80: "#0b7f82",
  90: "#2a8f91",
  100: "#439ea0",
  110: "#5aadaf",
  120: "#72bdbe",
  130: "#8acccd",
  140: "#a4dbdc",
  150: "#c0eaea",
  160: "#dff7f7",
};

const fonts = {
  fontFamilyBase:
    "'Segoe UI', 'Segoe UI Web (West European)', Inter, system-ui, -apple-system, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "'Cascadia Mono', Consolas, 'DejaVu Sans Mono', Menlo, monospace",
};
const light: Theme = { ...createLightTheme(brand), ...fonts };
const dark: Theme = {
  ...createDarkTheme(brand),
  ...fonts,
  colorBrandForeground1: brand[120],
  colorBrandForeground2: brand[130],
  colorBrandForegroundLink: brand[120],
  colorBrandForegroundLinkHover: brand[130],
  colorBrandForegroundLinkPressed: brand[110],
};

export type ThemeChoice = "system" | "light" | "dark";

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const watchSystem = (watcher: () => void) => {
  systemIsDark.addEventListener("change", watcher);
  return () => systemIsDark.removeEventListener("change", watcher);
};

export function useTheme(): { theme: Theme; choice: ThemeChoice; choose: (choice: ThemeChoice) => void } {
  const [choice, choose] = usePersisted<ThemeChoice>("theme", "system");
  const system = useSyncExternalStore(watchSystem, () => systemIsDark.matches);
  const isDark = choice === "dark" || (choice === "system" && system);
  useEffect(() => {
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
  }, [isDark]);
  return { theme: isDark ? dark : light, choice, choose };
}
