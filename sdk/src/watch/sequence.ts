/**
 * Puts numbered items in order: the table is the truth, a broadcast is a hint (invariant 1).
 *
 * An immutable state machine without I/O. Items arrive in broadcasts (maybe lost, late or twice) and in pages read from
 * the table; they leave in the order of `seq`, none missing, none twice. When an item is known to exist but did not
 * arrive, the machine requests it; only one request runs at a time.
 * Tests: sequence.test.ts "invariant 1".
 */
export interface Numbered {
  seq: number;
}

export interface Sequence<T extends Numbered> {
  /** `seq` of the last delivered item. */
  readonly to_seq: number;
  /** The highest `seq` known to exist. */
  readonly knownTo: number;
  /** Items that arrived before their turn, in order. */
  readonly ahead: readonly T[];
  readonly reading: boolean;
  /** Reads since the last good one that failed, or returned nothing although an item is missing. */
  readonly failures: number;
  /** False until the first page has arrived. */
  readonly opened: boolean;
}

export type Signal<T extends Numbered> =
  /** Read from the table at once, even if nothing seems to be missing. */
  | { kind: "open" }
  | { kind: "broadcast"; to_seq: number; items: readonly T[] }
  /** A trusted source reports the table's last `seq`. */
  | { kind: "known"; to_seq: number }
  | { kind: "page"; items: readonly T[] }
  | { kind: "failed" }
  | { kind: "retry" };

export type Effect<T extends Numbered> =
  | { kind: "emit"; items: readonly T[] }
  | { kind: "read"; after_seq: number }
  /** Signal `retry` after a pause that grows with `failures`. */
  | { kind: "pause"; failures: number };

export type Step<T extends Numbered> = [Sequence<T>, Effect<T>[]];

/** Beyond this the machine drops early items, remembers their `seq` and reads them from the table. */
const aheadLimit = 5_000;

export const begin = <T extends Numbered>(afterSeq = 0): Sequence<T> => ({
  to_seq: afterSeq,
  knownTo: afterSeq,
  ahead: [],
  reading: false,
  failures: 0,
  opened: false,
});

export const isComplete = (sequence: Sequence<Numbered>): boolean =>
  sequence.opened && sequence.to_seq >= sequence.knownTo;

type Transitions = {
  [Kind in Signal<Numbered>["kind"]]: <T extends Numbered>(
    sequence: Sequence<T>,
    signal: Extract<Signal<T>, { kind: Kind }>,
  ) => Step<T>;
};

const transitions: Transitions = {
  open: (sequence) => (sequence.reading ? [sequence, []] : read(sequence)),
  broadcast: (sequence, { to_seq: toSeq, items }) => emitReady(hear(take(sequence, items), toSeq)),
  known: (sequence, { to_seq: toSeq }) => emitReady(hear(sequence, toSeq)),
  page: (sequence, { items }) => {
    const before = sequence.to_seq;
    const [next, effects] = handOut(take({ ...sequence, opened: true, reading: false }, items));
    if (next.to_seq > before) {
      const [emitted, more] = emitReady({ ...next, failures: 0 });
      return [emitted, [...effects, ...more]];
    }
    return next.to_seq < next.knownTo ? pause(next) : [{ ...next, failures: 0 }, effects];
  },
  failed: (sequence) => pause({ ...sequence, reading: false }),
  // A missing item may have arrived meanwhile; the next gap is then read at once.
  retry: (sequence) => {
    if (sequence.reading) return [sequence, []];
    return isComplete(sequence) ? [{ ...sequence, failures: 0 }, []] : read(sequence);
  },
};

/** The next state and the actions to take. */
export function step<T extends Numbered>(sequence: Sequence<T>, signal: Signal<T>): Step<T> {
  const transition = transitions[signal.kind] as (
    sequence: Sequence<T>,
    signal: Signal<T>,
  ) => Step<T>;
  return transition(sequence, signal);
}

const hear = <T extends Numbered>(sequence: Sequence<T>, toSeq: number): Sequence<T> =>
  toSeq > sequence.knownTo ? { ...sequence, knownTo: toSeq } : sequence;

function take<T extends Numbered>(sequence: Sequence<T>, items: readonly T[]): Sequence<T> {
  const bySeq = new Map(sequence.ahead.map((item) => [item.seq, item]));
  let knownTo = sequence.knownTo;
  for (const item of items) {
    knownTo = Math.max(knownTo, item.seq);
    if (item.seq > sequence.to_seq) bySeq.set(item.seq, item);
  }
  const ahead = [...bySeq.values()].sort((a, b) => a.seq - b.seq).slice(0, aheadLimit);
  return { ...sequence, ahead, knownTo };
}

function handOut<T extends Numbered>(sequence: Sequence<T>): Step<T> {
  let ready = 0;
  while (sequence.ahead[ready]?.seq === sequence.to_seq + ready + 1) ready++;
  if (ready === 0) return [sequence, []];
  return [
    { ...sequence, to_seq: sequence.to_seq + ready, ahead: sequence.ahead.slice(ready) },
    [{ kind: "emit", items: sequence.ahead.slice(0, ready) }],
  ];
}

function emitReady<T extends Numbered>(sequence: Sequence<T>): Step<T> {
  // Broadcasts wait for the first page: until then their place is unknown.
  if (!sequence.opened) return [sequence, []];
  const [next, effects] = handOut(sequence);
  const waits = next.reading || next.failures > 0 || next.to_seq >= next.knownTo;
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
