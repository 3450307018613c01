/**
 * Measures how work grows with the length of a hostile text: in the processor time of its own thread, which other
 * processes on the machine hardly move, and by the best of several tries.
 */
import { type Hostile, textOf } from "./hostile.ts";

export interface Bounds {
  /**
   * The time limit for each length. Small lengths come first: nothing can stop running work, and fast growth already
   * shows there.
   */
  steps: readonly { units?: number; length?: number; limitMs: number }[];
  long: number;
  longLimitMs: number;
  /** Shorter times do not show growth. */
  tellingMs: number;
  /** How many of the slowest texts are tried at full length. */
  slowest: number;
}

/** Four times the text takes four times as long, or sixteen times where the work is quadratic. */
const maxGrowth = 9;

function cpuMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** The best of some tries, as few as it takes to stay below the limit. */
export function leastMs(work: () => void, limitMs: number, tries = 3): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < tries && least > limitMs; i++) least = Math.min(least, cpuMs(work));
  return least;
}

/** Describes what is too slow; undefined if nothing is. */
export function faultOf(
  name: string,
  work: (text: string) => void,
  texts: readonly Hostile[],
  { steps, long, longLimitMs, tellingMs, slowest }: Bounds,
): string | undefined {
  const timed: { hostile: Hostile; ms: number }[] = [];
  const fault = (hostile: Hostile, length: number, ms: number) =>
    `${name}: ${ms.toFixed(0)} ms for ${length} characters of ${JSON.stringify(hostile)}`;
  for (const hostile of texts) {
    let ms = 0;
    for (const { units = 0, length = units * hostile.unit.length, limitMs } of steps) {
      const text = textOf(hostile, length);
      ms = leastMs(() => work(text), limitMs);
      if (ms > limitMs) return fault(hostile, length, ms);
    }
    timed.push({ hostile, ms });
  }
  timed.sort((a, b) => b.ms - a.ms);
  for (const { hostile } of timed.slice(0, slowest)) {
    const text = textOf(hostile, long);
    const part = textOf(hostile, long / 4);
    let [ms, growth] = [0, 0];
    // Three times, because a pause of the engine must not look like growth.
    for (let tries = 0; tries < 3; tries++) {
      ms = leastMs(() => work(text), tellingMs);
      growth = ms <= tellingMs ? 0 : ms / leastMs(() => work(part), 0);
      if (ms <= longLimitMs && growth <= maxGrowth) break;
    }
    if (ms > longLimitMs || growth > maxGrowth) return fault(hostile, long, ms);
  }
  return undefined;
}

/** How many times as long the work takes for `size` as for a quarter of it. */
export function growthOf(
  work: (size: number) => void,
  size: number,
): { growth: number; ms: number } {
  const [quarter, ms] = [leastMs(() => work(size / 4), 0), leastMs(() => work(size), 0, 2)];
  // Treat a time that is too short to measure as just long enough.
  return { growth: ms / Math.max(quarter, 2), ms };
}
