/** The player's time and frames. Tests replace both. Times are in milliseconds. */
export interface Clock {
  now(): number;
  /** Calls back once before the next frame, or soon in a hidden tab, which has no frames. */
  frame(callback: () => void): void;
  /** False while the page is hidden. Then the player animates nothing. */
  isWatched(): boolean;
}
