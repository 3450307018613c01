/** Dark or light: the system's choice until the viewer makes one; `Page.astro` applies it before the first paint. */
import { remember, remembered } from "./identity.ts";

export type Theme = "dark" | "light";

const theme_key = "kulti.theme";

export function chosen_theme(): Theme {
  const kept = remembered(theme_key);
  if (kept === "dark" || kept === "light") return kept;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

export const other_theme = (theme: Theme): Theme => (theme === "dark" ? "light" : "dark");

export function choose_theme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  remember(theme_key, theme);
}
