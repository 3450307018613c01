/** Waiting in the time of a recording. */
import { setTimeout as wait } from "node:timers/promises";
import { type Flags, text_flag, UsageError } from "./command.ts";

export interface Pace {
  /** How many times faster than it was; Infinity without any waiting. */
  speed: number;
  /** Longer gaps are shortened to this many milliseconds, before the speed counts. */
  max_gap_ms: number;
}

/** `--speed 10`, `--speed max`, `--idle 3` (seconds). */
export function read_pace(flags: Flags, default_idle_s: number): Pace {
  const speed_text = text_flag(flags, "speed") ?? "1";
  const speed =
    speed_text === "max" ? Number.POSITIVE_INFINITY : Number(speed_text.replace(/x$/, ""));
  if (!(speed > 0))
    throw new UsageError(`--speed is ${speed_text}, neither a number over 0 nor max`);
  const idle_text = text_flag(flags, "idle");
  const idle_s = idle_text === undefined ? default_idle_s : Number(idle_text);
  if (!(idle_s >= 0)) throw new UsageError(`--idle is ${idle_text}, which is no number of seconds`);
  return { speed, max_gap_ms: idle_s * 1000 };
}

/** Rejects when the signal is aborted. */
export async function pause(gap_ms: number, pace: Pace, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const wait_ms = Math.min(gap_ms, pace.max_gap_ms) / pace.speed;
  if (wait_ms > 0) await wait(wait_ms, undefined, { signal });
}
