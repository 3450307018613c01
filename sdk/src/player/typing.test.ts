import fc from "fast-check";
import { expect, test } from "vitest";
import {
  arrive,
  beginningOf,
  isTyping,
  nothingTyped,
  type Typing,
  tick,
  typingDeadlineMs,
} from "./typing.ts";

/** The number of a thought's characters on the screen. */
const shown = (typing: Typing, seq: number, length: number): number =>
  typing.shown.get(seq) ?? length;

test("tick shows a short thought letter by letter", () => {
  let typing = arrive(nothingTyped, [{ seq: 1, from: 0, to: 60 }], 1_000);
  expect(shown(typing, 1, 60)).toBe(0);
  typing = tick(typing, 1_100);
  expect(shown(typing, 1, 60)).toBe(14);
  typing = tick(typing, 1_200);
  expect(shown(typing, 1, 60)).toBe(28);
  typing = tick(typing, 1_600);
  expect(isTyping(typing)).toBe(false);
  expect(typing.shown.size).toBe(0);
});

test("tick is faster when more is waiting", () => {
  const typing = arrive(nothingTyped, [{ seq: 1, from: 0, to: 8_000 }], 0);
  expect(shown(tick(typing, 400), 1, 8_000)).toBeGreaterThanOrEqual(3_999);
});

test("tick does not begin a thought before the one before it is whole", () => {
  const arrivals = [
    { seq: 1, from: 0, to: 50 },
    { seq: 2, from: 0, to: 50 },
  ];
  const typing = tick(arrive(nothingTyped, arrivals, 0), 200);
  expect(shown(typing, 1, 50)).toBeGreaterThan(0);
  expect(shown(typing, 1, 50)).toBeLessThan(50);
  expect(shown(typing, 2, 50)).toBe(0);
});

test("arrive continues a streamed thought where it stands", () => {
  let typing = arrive(nothingTyped, [{ seq: 1, from: 0, to: 100 }], 0);
  typing = tick(typing, 200);
  const before = shown(typing, 1, 100);
  typing = arrive(typing, [{ seq: 1, from: 100, to: 140 }], 200);
  expect(shown(typing, 1, 140)).toBe(before);
  typing = tick(typing, 200 + typingDeadlineMs);
  expect(isTyping(typing)).toBe(false);
});

test("arrive keeps what stands already when a thought that was whole grows", () => {
  const typing = arrive(nothingTyped, [{ seq: 1, from: 80, to: 90 }], 0);
  expect(shown(typing, 1, 90)).toBe(80);
});

test("a thought of no length waits for its turn and then is there", () => {
  const arrivals = [
    { seq: 1, from: 0, to: 30 },
    { seq: 2, from: 0, to: 0 },
  ];
  let typing = arrive(nothingTyped, arrivals, 0);
  expect(typing.shown.get(2)).toBe(0);
  typing = tick(typing, 300);
  expect(typing.shown.has(2)).toBe(false);
});

test("whatever arrives and however late the frames are, nothing is shown later than one second after it came", () => {
  const slowestFrameMs = 1_000 - typingDeadlineMs;
  const step = fc.record({
    waitMs: fc.integer({ min: 1, max: slowestFrameMs }),
    characters: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: null }),
    continues: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let typing = nothingTyped;
      let now = 0;
      const arrived: { seq: number; to: number; at: number }[] = [];
      const lengths = new Map<number, number>();
      const advance = (byMs: number) => {
        now += byMs;
        typing = tick(typing, now);
        for (const { seq, to, at } of arrived) {
          const visible = shown(typing, seq, lengths.get(seq) ?? 0);
          if (now - at >= 1_000) expect(visible).toBeGreaterThanOrEqual(to);
        }
      };
      for (const { waitMs, characters, continues } of steps) {
        advance(waitMs);
        if (characters === null) continue;
        const seq = continues && lengths.size > 0 ? lengths.size : lengths.size + 1;
        const from = lengths.get(seq) ?? 0;
        lengths.set(seq, from + characters);
        arrived.push({ seq, to: from + characters, at: now });
        typing = arrive(typing, [{ seq, from, to: from + characters }], now);
      }
      for (let rest = 0; rest < 6; rest++) advance(slowestFrameMs);
      expect(isTyping(typing)).toBe(false);
    }),
  );
});

test("what is shown never shrinks", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 60 }), (waits) => {
      let typing = arrive(nothingTyped, [{ seq: 1, from: 0, to: 500 }], 0);
      let [now, before] = [0, 0];
      for (const wait of waits) {
        now += wait;
        typing = tick(typing, now);
        const visible = shown(typing, 1, 500);
        expect(visible).toBeGreaterThanOrEqual(before);
        before = visible;
      }
    }),
  );
});

test("beginningOf ends between two visible characters", () => {
  const text = "a👩‍💻é👍🏽b";
  const beginnings = new Set(Array.from({ length: 16 }, (_, end) => beginningOf(text, end)));
  expect([...beginnings]).toEqual(["", "a", "a👩‍💻", "a👩‍💻é", "a👩‍💻é👍🏽", text]);
});
