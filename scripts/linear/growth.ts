/**
 * Measures how work grows with the length of a hostile text: in the processor time of its own thread, which other
 * processes on the machine hardly move, and by the best of several tries.
 */
import { type Hostile, text_of } from "./hostile.ts";

export interface Bounds {
  /**
   * How long each length may take. Small lengths stand first: nothing stops work that has begun, and what grows fast
   * shows already there.
   */
  steps: readonly { units?: number; length?: number; limit_ms: number }[];
  long: number;
  long_limit_ms: number;
  /** Shorter times tell no growth. */
  telling_ms: number;
  /** How many of the slowest texts are tried at full length. */
  slowest: number;
}

/** Four times the text takes four times as long, or sixteen times where the work is quadratic. */
const most_growth = 9;

function cpu_ms(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** The best of some tries, and no more of them than it takes to stay below the limit. */
export function least_ms(work: () => void, limit_ms: number, tries = 3): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < tries && least > limit_ms; i++) least = Math.min(least, cpu_ms(work));
  return least;
}

/** What is too slow, in words; undefined if nothing is. */
export function fault_of(
  name: string,
  work: (text: string) => void,
  texts: readonly Hostile[],
  { steps, long, long_limit_ms, telling_ms, slowest }: Bounds,
): string | undefined {
  const timed: { hostile: Hostile; ms: number }[] = [];
  const fault = (hostile: Hostile, length: number, ms: number) =>
    `${name}: ${ms.toFixed(0)} ms for ${length} characters of ${JSON.stringify(hostile)}`;
  for (const hostile of texts) {
    let ms = 0;
    for (const { units = 0, length = units * hostile.unit.length, limit_ms } of steps) {
      const text = text_of(hostile, length);
      ms = least_ms(() => work(text), limit_ms);
      if (ms > limit_ms) return fault(hostile, length, ms);
    }
    timed.push({ hostile, ms });
  }
  timed.sort((a, b) => b.ms - a.ms);
  for (const { hostile } of timed.slice(0, slowest)) {
    const text = text_of(hostile, long);
    const part = text_of(hostile, long / 4);
    let [ms, growth] = [0, 0];
    // Thrice, since a pause of the engine's own must not look like growth.
    for (let tries = 0; tries < 3; tries++) {
      ms = least_ms(() => work(text), telling_ms);
      growth = ms <= telling_ms ? 0 : ms / least_ms(() => work(part), 0);
      if (ms <= long_limit_ms && growth <= most_growth) break;
    }
    if (ms > long_limit_ms || growth > most_growth) return fault(hostile, long, ms);
  }
  return undefined;
}

/** How many times as long the work takes for `size` as for a quarter of it. */
export function growth_of(
  work: (size: number) => void,
  size: number,
): { growth: number; ms: number } {
  const [quarter, ms] = [least_ms(() => work(size / 4), 0), least_ms(() => work(size), 0, 2)];
  // A time too short to be measured is taken for one that is just long enough.
  return { growth: ms / Math.max(quarter, 2), ms };
}
