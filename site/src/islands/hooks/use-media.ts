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

/** Three columns, two columns, or one pane at a time with a bar to switch panes. */
export type Layout = "wide" | "middle" | "narrow";

/** @param middlePx From this width on, two panes are side by side. */
export function useLayout(middlePx = 720): Layout {
  const isWide = useMedia("(min-width: 1200px)");
  const isMiddle = useMedia(`(min-width: ${middlePx}px)`);
  if (isWide) return "wide";
  return isMiddle ? "middle" : "narrow";
}
