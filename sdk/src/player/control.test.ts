import type { StoredEvent } from "@kulti/protocol";
import { storedEvents } from "@kulti/protocol/arbitrary.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  advance,
  applyCommand,
  atTheEdge,
  type Command,
  type Control,
  partOf,
  placeOf,
  type SessionFacts,
} from "./control.ts";
import { createHistory } from "./history.ts";

function factsOf(events: readonly StoredEvent[], more: Partial<SessionFacts> = {}): SessionFacts {
  const history = createHistory({ read: async () => [] });
  history.append(events);
  const { timeline, chapters } = history;
  return { timeline, chapters, isOver: false, to_seq: events.length, ...more };
}

/** A session with thoughts at these seconds. */
const atSeconds = (...seconds: number[]) =>
  seconds.map((second, index) => ({
    seq: index + 1,
    id: `${index}`,
    at: new Date(second * 1_000).toISOString(),
    type: "thought",
    data: { thought_type: "general", content: "…" },
  })) as StoredEvent[];

const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom<Command[]>(
    { kind: "play" },
    { kind: "pause" },
    { kind: "toggle" },
    { kind: "restart" },
    { kind: "faster" },
    { kind: "slower" },
    { kind: "go_live" },
    { kind: "catch_up" },
    { kind: "step", by: 1 },
    { kind: "step", by: -1 },
    { kind: "chapter", by: 1 },
    { kind: "chapter", by: -1 },
    { kind: "idle", skips: false },
  ),
  fc.record({ kind: fc.constant("seek" as const), ms: fc.double() }),
  fc.record({ kind: fc.constant("skip" as const), playMs: fc.double() }),
  fc.record({ kind: fc.constant("seek_part" as const), part: fc.double() }),
  fc.record({ kind: fc.constant("skip_part" as const), part: fc.double({ min: -1, max: 1 }) }),
  fc.record({ kind: fc.constant("seek_seq" as const), seq: fc.integer() }),
  fc.record({ kind: fc.constant("speed" as const), speed: fc.double() }),
);

describe("applyCommand", () => {
  test("any commands in any session lead to a place that exists, at a speed that is offered", () => {
    fc.assert(
      fc.property(storedEvents, fc.array(commands), fc.boolean(), (events, asked, isOver) => {
        const facts = factsOf(events, { isOver });
        let control: Control = atTheEdge;
        for (const command of asked) {
          control = advance(applyCommand(control, command, facts), 16, facts);
          const { ms, seq } = placeOf(control, facts.timeline);
          expect(seq).toBeGreaterThanOrEqual(0);
          expect(seq).toBeLessThanOrEqual(events.length);
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(facts.timeline.endMs);
          expect(control.speed).toBeGreaterThanOrEqual(0.5);
          expect(control.speed).toBeLessThanOrEqual(16);
          const part = partOf({ ms, seq }, control, facts);
          expect(part >= 0 && part <= 1).toBe(true);
        }
      }),
    );
  });

  test("play at the end of what is over begins anew; at a live edge there is nothing to play", () => {
    const events = atSeconds(0, 1, 2);
    expect(
      applyCommand(atTheEdge, { kind: "play" }, factsOf(events, { isOver: true })),
    ).toMatchObject({
      place: { ms: 0, seq: 1 },
      playing: true,
    });
    expect(applyCommand(atTheEdge, { kind: "play" }, factsOf(events)).place).toBeNull();
  });

  test("pause at a live edge stays there while the edge moves on", () => {
    const paused = applyCommand(atTheEdge, { kind: "pause" }, factsOf(atSeconds(0, 1)));
    const later = factsOf(atSeconds(0, 1, 2, 3));
    expect(advance(paused, 5_000, later).place).toEqual({ ms: 1_000, seq: 2 });
  });

  test("what was not read yet can be gone to by its share of the events", () => {
    const facts = factsOf(atSeconds(0, 1, 2, 3), { to_seq: 40, isOver: true });
    expect(applyCommand(atTheEdge, { kind: "seek_part", part: 0.5 }, facts).place?.seq).toBe(20);
  });
});

describe("advance", () => {
  const playing = (control: Partial<Control> = {}): Control => ({
    ...atTheEdge,
    place: { ms: 0, seq: 1 },
    playing: true,
    ...control,
  });

  test("an idle stretch of a minute takes a second, unless idle is kept", () => {
    const facts = factsOf(atSeconds(0, 60, 61, 62));
    expect(advance(playing(), 500, facts).place).toEqual({ ms: 30_000, seq: 1 });
    expect(advance(playing(), 1_500, facts).place).toEqual({ ms: 60_500, seq: 2 });
    expect(advance(playing({ skipsIdle: false }), 500, facts).place?.ms).toBe(500);
  });

  test("twice the speed goes twice as far, and the end is the edge", () => {
    const facts = factsOf(atSeconds(0, 1, 2));
    expect(advance(playing({ speed: 2 }), 500, facts).place).toEqual({ ms: 1_000, seq: 2 });
    expect(advance(playing({ speed: 2 }), 2_000, facts)).toMatchObject({
      place: null,
      playing: false,
    });
  });

  test("waits where more exists than has been read", () => {
    const facts = factsOf(atSeconds(0, 1, 2), { to_seq: 9 });
    expect(advance(playing(), 60_000, facts).place).toEqual({ ms: 2_000, seq: 3 });
  });

  test("events of one moment all come with it", () => {
    const facts = factsOf(atSeconds(0, 1, 1, 1, 2));
    expect(advance(playing(), 1_000, facts).place).toEqual({ ms: 1_000, seq: 4 });
  });
});
