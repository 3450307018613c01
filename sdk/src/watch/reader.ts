/** Drives one `Sequence`: reads pages from the table, pauses after failures, hands out what is in order. */
import { backoff_ms } from "./backoff.ts";
import { begin, type Effect, is_complete, type Numbered, type Signal, step } from "./sequence.ts";

export interface ReaderOptions<T extends Numbered> {
  read(after_seq: number, signal: AbortSignal): Promise<T[]>;
  emit(items: readonly T[]): void;
  /** The reader became complete, incomplete, or its reads began to fail or to work. */
  on_change(): void;
  on_failure(error: unknown): void;
}

export interface Reader<T extends Numbered> {
  signal(signal: Signal<T>): void;
  /** Everything that is known to exist was handed out. */
  is_complete(): boolean;
  /** Reads fail at the moment. */
  is_failing(): boolean;
  stop(): void;
}

export function create_reader<T extends Numbered>(options: ReaderOptions<T>): Reader<T> {
  const abort = new AbortController();
  let sequence = begin<T>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const signal = (received: Signal<T>) => {
    if (abort.signal.aborted) return;
    const [next, effects] = step(sequence, received);
    sequence = next;
    for (const effect of effects) run(effect);
    options.on_change();
  };

  const run = (effect: Effect<T>) => {
    if (effect.kind === "emit") options.emit(effect.items);
    if (effect.kind === "read") void read(effect.after_seq);
    if (effect.kind === "pause") {
      timer = setTimeout(() => signal({ kind: "retry" }), backoff_ms(effect.failures));
    }
  };

  const read = async (after_seq: number) => {
    try {
      const items = await options.read(after_seq, abort.signal);
      signal({ kind: "page", items });
    } catch (error) {
      if (abort.signal.aborted) return;
      options.on_failure(error);
      signal({ kind: "read_failed" });
    }
  };

  return {
    signal,
    is_complete: () => is_complete(sequence),
    is_failing: () => sequence.failures > 0,
    stop() {
      clearTimeout(timer);
      abort.abort();
    },
  };
}
