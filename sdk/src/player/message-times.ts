/** The times of chat messages, so that a replay shows them with the work. In the order of `seq`, never descending. */
import type { Message } from "@kulti/protocol";

export interface MessageTimes {
  add(message: Message): void;
  /** The number of messages sent by then, in milliseconds since 1970. */
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
