/** Dark or light: the system's choice until the viewer makes one; `Page.astro` applies it before the first paint. */
import { remember, remembered } from "../visit/identity.ts";

export type Theme = "dark" | "light";

const themeKey = "kulti.theme";

export function chosenTheme(): Theme {
  const kept = remembered(themeKey);
  if (kept === "dark" || kept === "light") return kept;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

export const otherTheme = (theme: Theme): Theme => (theme === "dark" ? "light" : "dark");

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  remember(themeKey, theme);
}
