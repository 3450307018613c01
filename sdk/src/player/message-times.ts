/** When chat messages were sent, so that they appear in step with the work. In the order of `seq`; time never runs back. */
import type { Message } from "@kulti/protocol";

export interface MessageTimes {
  add(message: Message): void;
  /** How many had been sent by then; milliseconds since 1970. */
  until(at: number): number;
}

export function createMessageTimes(): MessageTimes {
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
