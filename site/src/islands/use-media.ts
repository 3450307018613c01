import { useSyncExternalStore } from "react";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );
}

/** Three columns, two, or one pane at a time with a bar to choose it. */
export type Layout = "wide" | "middle" | "narrow";

/** @param middle_px From this width on, two panes stand side by side. */
export function useLayout(middle_px = 720): Layout {
  const is_wide = useMedia("(min-width: 1200px)");
  const is_middle = useMedia(`(min-width: ${middle_px}px)`);
  if (is_wide) return "wide";
  return is_middle ? "middle" : "narrow";
}
