/** Time and frames as the player sees them, so that tests can hold both. Times are milliseconds. */
export interface Clock {
  now(): number;
  /** Calls back once, before the next picture; soon after in a hidden tab, where no picture comes. */
  frame(callback: () => void): void;
  /** False while nobody looks: nothing is animated then. */
  isWatched(): boolean;
}
