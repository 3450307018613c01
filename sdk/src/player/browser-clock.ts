/** The player's clock in a browser, the only module here that reads the real time. */
import type { Clock } from "./clock.ts";

/** A hidden tab gets no animation frames, and its timers fire at most once a second. */
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
