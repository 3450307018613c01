/** Drives one `Sequence`: reads pages from the table, pauses after failures, delivers items in order. */
import { backoffMs } from "./backoff.ts";
import { begin, type Effect, isComplete, type Numbered, type Signal, step } from "./sequence.ts";

export interface ReaderOptions<T extends Numbered> {
  read(afterSeq: number, signal: AbortSignal): Promise<T[]>;
  emit(items: readonly T[]): void;
  /** The reader became complete, incomplete, or its reads began to fail or to work. */
  onChange(): void;
  onFailure(error: unknown): void;
}

export interface Reader<T extends Numbered> {
  signal(signal: Signal<T>): void;
  /** Everything that is known to exist was delivered. */
  isComplete(): boolean;
  /** The last read failed. */
  isFailing(): boolean;
  stop(): void;
}

export function createReader<T extends Numbered>(options: ReaderOptions<T>): Reader<T> {
  const abort = new AbortController();
  let sequence = begin<T>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const signal = (received: Signal<T>) => {
    if (abort.signal.aborted) return;
    const [next, effects] = step(sequence, received);
    sequence = next;
    for (const effect of effects) run(effect);
    options.onChange();
  };

  const run = (effect: Effect<T>) => {
    if (effect.kind === "emit") options.emit(effect.items);
    if (effect.kind === "read") void read(effect.after_seq);
    if (effect.kind === "pause") {
      timer = setTimeout(() => signal({ kind: "retry" }), backoffMs(effect.failures));
    }
  };

  const read = async (afterSeq: number) => {
    try {
      const items = await options.read(afterSeq, abort.signal);
      signal({ kind: "page", items });
    } catch (error) {
      if (abort.signal.aborted) return;
      options.onFailure(error);
      signal({ kind: "failed" });
    }
  };

  return {
    signal,
    isComplete: () => isComplete(sequence),
    isFailing: () => sequence.failures > 0,
    stop() {
      clearTimeout(timer);
      abort.abort();
    },
  };
}
