/** Limits how many callers do some work at once. The others wait, in one queue per network. */
import { KultiError } from "../protocol/errors.ts";

export interface TurnsOptions {
  maxRunning: number;
  /** Per network. */
  maxWaiting: number;
  /** Of all networks together. */
  maxWaitingOfAll: number;
  /** The message for callers whose queue is full. */
  refusal: string;
}

/**
 * @param network null if unknown: those callers share one queue
 * @throws KultiError `unavailable` when too many are waiting
 */
export type InTurn = <Result>(
  network: string | null,
  run: () => Promise<Result>,
) => Promise<Result>;

/**
 * The networks take turns, so a flood from one of them delays each other network by one turn only. When all places are
 * taken, the last of the longest queue gives its place to a network with a shorter one.
 */
export function createTurns(options: TurnsOptions): InTurn {
  const { maxRunning, maxWaiting, maxWaitingOfAll, refusal } = options;
  const crowded = () => new KultiError("unavailable", refusal, { retryAfterS: 1 });
  /** In the order of their turns. No queue is empty. */
  const queues = new Map<string, { start(): void; refuse(error: KultiError): void }[]>();
  let waiting = 0;
  let running = 0;

  function wait(network: string): Promise<void> {
    const queue = queues.get(network) ?? [];
    if (queue.length >= maxWaiting) throw crowded();
    if (waiting >= maxWaitingOfAll) {
      const longest = [...queues.values()].reduce((one, other) =>
        other.length > one.length ? other : one,
      );
      if (longest.length <= queue.length + 1) throw crowded();
      longest.pop()?.refuse(crowded());
      waiting--;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    queue.push({ start: resolve, refuse: reject });
    queues.set(network, queue);
    waiting++;
    return promise;
  }

  /** Starts one of the first network, which then goes to the end. */
  function startNext(): void {
    const [next] = queues;
    if (!next) {
      running--;
      return;
    }
    const [network, queue] = next;
    queues.delete(network);
    queue.shift()?.start();
    waiting--;
    if (queue.length > 0) queues.set(network, queue);
  }

  return async (network, run) => {
    if (running >= maxRunning) await wait(network ?? "unknown");
    else running++;
    try {
      return await run();
    } finally {
      startNext();
    }
  };
}
