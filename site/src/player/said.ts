/** When chat messages were said, so that they appear in step with the work. Order is `seq`; time never runs backwards. */
import type { Message } from "@kulti/protocol";

export interface Said {
  add(message: Message): void;
  /** How many had been said by then; milliseconds since 1970. */
  until(at: number): number;
}

export function createSaid(): Said {
  const times: number[] = [];
  return {
    add({ at }) {
      const before = times.at(-1) ?? 0;
      times.push(Math.max(before, Date.parse(at) || before));
    },
    until(at) {
      let [low, high] = [0, times.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((times[middle] ?? 0) <= at) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}
