/** Waiting in the time of a recording. */
import { setTimeout as wait } from "node:timers/promises";
import { type Flags, textFlag, UsageError } from "./command.ts";

export interface Pace {
  /** The speed factor; Infinity for no waits. */
  speed: number;
  /** Longer gaps are shortened to this many milliseconds, before the speed counts. */
  maxGapMs: number;
}

/** `--speed 10`, `--speed max`, `--idle 3` (seconds). */
export function readPace(flags: Flags, defaultIdleS: number): Pace {
  const speedText = textFlag(flags, "speed") ?? "1";
  const speed =
    speedText === "max" ? Number.POSITIVE_INFINITY : Number(speedText.replace(/x$/, ""));
  if (!(speed > 0))
    throw new UsageError(`--speed is ${speedText}; expected a number over 0, or max`);
  const idleText = textFlag(flags, "idle");
  const idleS = idleText === undefined ? defaultIdleS : Number(idleText);
  if (!(idleS >= 0)) throw new UsageError(`--idle is ${idleText}; expected a number of seconds`);
  return { speed, maxGapMs: idleS * 1000 };
}

/** Rejects when the signal is aborted. */
export async function pause(gapMs: number, pace: Pace, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const waitMs = Math.min(gapMs, pace.maxGapMs) / pace.speed;
  if (waitMs > 0) await wait(waitMs, undefined, { signal });
}
