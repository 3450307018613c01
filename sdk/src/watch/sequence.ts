/**
 * Puts numbered items in order: the table is the truth, a broadcast is a hint (invariant 1).
 *
 * An immutable state machine without I/O. Items arrive in broadcasts (maybe lost, late or twice) and in pages read from
 * the table; they leave in the order of `seq`, none missing, none twice. Whenever an item is known to exist that did not
 * arrive, the machine asks for it; one request is under way at a time.
 * Tests: sequence.test.ts "invariant 1".
 */
export interface Numbered {
  seq: number;
}

export interface Sequence<T extends Numbered> {
  /** `seq` of the last item handed out. */
  readonly to_seq: number;
  /** The highest `seq` known to exist. */
  readonly known_to: number;
  /** Items that arrived before their turn, in order. */
  readonly ahead: readonly T[];
  readonly reading: boolean;
  /** Reads that failed, or brought nothing though something is missing, since the last good one. */
  readonly failures: number;
  /** False until the first page has arrived. */
  readonly opened: boolean;
}

export type Signal<T extends Numbered> =
  /** Read from the table at once, whatever is known. */
  | { kind: "open" }
  | { kind: "broadcast"; to_seq: number; items: readonly T[] }
  /** Somebody who knows says how far the table goes. */
  | { kind: "known"; to_seq: number }
  | { kind: "page"; items: readonly T[] }
  | { kind: "read_failed" }
  | { kind: "retry" };

export type Effect<T extends Numbered> =
  | { kind: "emit"; items: readonly T[] }
  | { kind: "read"; after_seq: number }
  /** Signal `retry` after a pause that grows with `failures`. */
  | { kind: "pause"; failures: number };

export type Step<T extends Numbered> = [Sequence<T>, Effect<T>[]];

/** Beyond this, early items are dropped: their `seq` is remembered and they are read from the table. */
export const ahead_limit = 5_000;

export const begin = <T extends Numbered>(after_seq = 0): Sequence<T> => ({
  to_seq: after_seq,
  known_to: after_seq,
  ahead: [],
  reading: false,
  failures: 0,
  opened: false,
});

export const is_complete = (sequence: Sequence<Numbered>): boolean =>
  sequence.opened && sequence.to_seq >= sequence.known_to;

type Transitions = {
  [Kind in Signal<Numbered>["kind"]]: <T extends Numbered>(
    sequence: Sequence<T>,
    signal: Extract<Signal<T>, { kind: Kind }>,
  ) => Step<T>;
};

const transitions: Transitions = {
  open: (sequence) => (sequence.reading ? [sequence, []] : read(sequence)),
  broadcast: (sequence, { to_seq, items }) => settle(hear(take(sequence, items), to_seq)),
  known: (sequence, { to_seq }) => settle(hear(sequence, to_seq)),
  page: (sequence, { items }) => {
    const before = sequence.to_seq;
    const [next, effects] = hand_out(take({ ...sequence, opened: true, reading: false }, items));
    if (next.to_seq > before) {
      const [settled, more] = settle({ ...next, failures: 0 });
      return [settled, [...effects, ...more]];
    }
    return next.to_seq < next.known_to ? pause(next) : [{ ...next, failures: 0 }, effects];
  },
  read_failed: (sequence) => pause({ ...sequence, reading: false }),
  // What was missing may have come by itself meanwhile; the next gap is then read at once again.
  retry: (sequence) => {
    if (sequence.reading) return [sequence, []];
    return is_complete(sequence) ? [{ ...sequence, failures: 0 }, []] : read(sequence);
  },
};

/** The next state and what is to be done. */
export function step<T extends Numbered>(sequence: Sequence<T>, signal: Signal<T>): Step<T> {
  const transition = transitions[signal.kind] as (
    sequence: Sequence<T>,
    signal: Signal<T>,
  ) => Step<T>;
  return transition(sequence, signal);
}

const hear = <T extends Numbered>(sequence: Sequence<T>, to_seq: number): Sequence<T> =>
  to_seq > sequence.known_to ? { ...sequence, known_to: to_seq } : sequence;

function take<T extends Numbered>(sequence: Sequence<T>, items: readonly T[]): Sequence<T> {
  const by_seq = new Map(sequence.ahead.map((item) => [item.seq, item]));
  let known_to = sequence.known_to;
  for (const item of items) {
    known_to = Math.max(known_to, item.seq);
    if (item.seq > sequence.to_seq) by_seq.set(item.seq, item);
  }
  const ahead = [...by_seq.values()].sort((a, b) => a.seq - b.seq).slice(0, ahead_limit);
  return { ...sequence, ahead, known_to };
}

function hand_out<T extends Numbered>(sequence: Sequence<T>): Step<T> {
  let ready = 0;
  while (sequence.ahead[ready]?.seq === sequence.to_seq + ready + 1) ready++;
  if (ready === 0) return [sequence, []];
  return [
    { ...sequence, to_seq: sequence.to_seq + ready, ahead: sequence.ahead.slice(ready) },
    [{ kind: "emit", items: sequence.ahead.slice(0, ready) }],
  ];
}

function settle<T extends Numbered>(sequence: Sequence<T>): Step<T> {
  // Before the first page, broadcasts only wait: what they follow is not known yet.
  if (!sequence.opened) return [sequence, []];
  const [next, effects] = hand_out(sequence);
  const waits = next.reading || next.failures > 0 || next.to_seq >= next.known_to;
  if (waits) return [next, effects];
  const [reading, request] = read(next);
  return [reading, [...effects, ...request]];
}

const read = <T extends Numbered>(sequence: Sequence<T>): Step<T> => [
  { ...sequence, reading: true },
  [{ kind: "read", after_seq: sequence.to_seq }],
];

const pause = <T extends Numbered>(sequence: Sequence<T>): Step<T> => [
  { ...sequence, failures: sequence.failures + 1 },
  [{ kind: "pause", failures: sequence.failures + 1 }],
];
