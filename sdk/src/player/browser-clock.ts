/** The player's clock in a browser; nothing else here knows one. */
import type { Clock } from "./clock.ts";

/** A hidden tab gets no animation frames, and timers of a second at best. */
const hiddenFrameMs = 250;

export const browserClock: Clock = {
  now: () => performance.now(),
  frame(callback) {
    if (document.visibilityState === "hidden") setTimeout(callback, hiddenFrameMs);
    else requestAnimationFrame(callback);
  },
  isWatched: () =>
    document.visibilityState === "visible" &&
    !matchMedia("(prefers-reduced-motion: reduce)").matches,
};
