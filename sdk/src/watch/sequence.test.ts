import fc from "fast-check";
import { expect, test } from "vitest";
import { begin, type Effect, isComplete, type Numbered, type Signal, step } from "./sequence.ts";

/** Runs signals and collects what came out. */
function machine(afterSeq = 0) {
  let sequence = begin<Numbered>(afterSeq);
  const emitted: number[] = [];
  const send = (signal: Signal<Numbered>): Effect<Numbered>[] => {
    const [next, effects] = step(sequence, signal);
    sequence = next;
    for (const effect of effects) {
      if (effect.kind === "emit") emitted.push(...effect.items.map((item) => item.seq));
    }
    return effects;
  };
  return { send, emitted, state: () => sequence };
}

const items = (from: number, to: number): Numbered[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index }));

test("step holds broadcasts back until the first page, then emits both once", () => {
  const { send, emitted } = machine();
  expect(send({ kind: "open" })).toEqual([{ kind: "read", after_seq: 0 }]);
  expect(send({ kind: "broadcast", to_seq: 4, items: items(3, 4) })).toEqual([]);
  send({ kind: "page", items: items(1, 3) });
  expect(emitted).toEqual([1, 2, 3, 4]);
});

test("step reads from the table when a broadcast skips ahead", () => {
  const { send, emitted } = machine();
  send({ kind: "open" });
  send({ kind: "page", items: items(1, 2) });
  expect(send({ kind: "broadcast", to_seq: 6, items: items(5, 6) })).toEqual([
    { kind: "read", after_seq: 2 },
  ]);
  send({ kind: "page", items: items(3, 4) });
  expect(emitted).toEqual([1, 2, 3, 4, 5, 6]);
});

test("step reads an event that was announced by its seq alone", () => {
  const { send } = machine();
  send({ kind: "open" });
  send({ kind: "page", items: [] });
  expect(send({ kind: "broadcast", to_seq: 1, items: [] })).toEqual([
    { kind: "read", after_seq: 0 },
  ]);
});

test("step pauses when the table has less than was announced", () => {
  const { send, state } = machine();
  send({ kind: "open" });
  send({ kind: "page", items: [] });
  send({ kind: "known", to_seq: 9 });
  expect(send({ kind: "page", items: [] })).toEqual([{ kind: "pause", failures: 1 }]);
  expect(send({ kind: "known", to_seq: 10 })).toEqual([]);
  expect(send({ kind: "retry" })).toEqual([{ kind: "read", after_seq: 0 }]);
  expect(isComplete(state())).toBe(false);
});

test("step reads again at once when broadcasts have closed the gap of a failed read", () => {
  const { send } = machine();
  send({ kind: "open" });
  send({ kind: "page", items: [] });
  send({ kind: "known", to_seq: 1 });
  expect(send({ kind: "failed" })).toEqual([{ kind: "pause", failures: 1 }]);
  send({ kind: "broadcast", to_seq: 1, items: items(1, 1) });
  expect(send({ kind: "retry" })).toEqual([]);
  expect(send({ kind: "known", to_seq: 2 })).toEqual([{ kind: "read", after_seq: 1 }]);
});

test("invariant 1: every item of the table comes out once and in order, despite loss, delay and duplicates", () => {
  const deliveries = fc.array(
    fc.record({
      from: fc.integer({ min: 1, max: 60 }),
      size: fc.integer({ min: 0, max: 8 }),
      lost: fc.boolean(),
      fails: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 7 }),
      deliveries,
      (total, pageRows, plan) => {
        const { send, emitted, state } = machine();
        const pending: Effect<Numbered>[] = [];
        const run = (signal: Signal<Numbered>) => pending.push(...send(signal));
        const answer = (fails: boolean) => {
          const effect = pending.shift();
          if (effect?.kind === "pause") run({ kind: "retry" });
          if (effect?.kind !== "read") return;
          if (fails) return run({ kind: "failed" });
          const to = Math.min(total, effect.after_seq + pageRows);
          run({ kind: "page", items: items(effect.after_seq + 1, to) });
        };
        run({ kind: "open" });
        for (const { from, size, lost, fails } of plan) {
          const to = Math.min(total, from + size);
          if (!lost && from <= to) run({ kind: "broadcast", to_seq: to, items: items(from, to) });
          answer(fails);
        }
        run({ kind: "known", to_seq: total });
        for (let turn = 0; turn < 1_000 && pending.length > 0; turn++) answer(false);
        expect(emitted).toEqual(items(1, total).map((item) => item.seq));
        expect(isComplete(state())).toBe(true);
      },
    ),
    { numRuns: 1_000 },
  );
});
