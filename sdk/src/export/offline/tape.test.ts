import { emptyStage, foldAll } from "@kulti/protocol/fold/fold.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messageOf, sessionOf, sessions } from "../../../test/session.ts";
import { Tape } from "./tape.ts";

describe("Tape", () => {
  test("any order of seeks: the stage is what fold makes of the events so far", () => {
    fc.assert(
      fc.property(sessions, fc.array(fc.nat(60), { maxLength: 8 }), (session, seeks) => {
        const tape = new Tape(session);
        const atEnd = tape.momentsAt(tape.durationMs);
        expect(atEnd).toBe(session.events.length + (session.messages?.length ?? 0));
        for (const seek of [...seeks, atEnd]) {
          const stage = tape.stageAfter(Math.min(seek, atEnd));
          const events = session.events.slice(0, stage.seq);
          expect(JSON.stringify(stage)).toBe(JSON.stringify(foldAll(emptyStage, events)));
        }
        expect(tape.stageAfter(atEnd).seq).toBe(session.events.length);
      }),
      { numRuns: 100 },
    );
  });

  test("a long session is the same through its checkpoints", () => {
    const session = sessionOf(
      Array.from({ length: 1_200 }, (_, n) => [
        n,
        "thought",
        { thought_type: "general", content: `${n}` },
      ]),
    );
    const tape = new Tape(session);
    for (const count of [1_200, 3, 777, 250, 251, 1_000, 0]) {
      const { thoughts } = tape.stageAfter(count);
      expect([thoughts.length, thoughts.last?.content]).toEqual([
        count,
        count === 0 ? undefined : `${count - 1}`,
      ]);
    }
  });

  test("an idle hour takes five seconds, and the clock still tells the hour", () => {
    const tape = new Tape(
      sessionOf(
        [
          [0, "status", { status: "live" }],
          [2, "task", { title: "Wait" }],
          [3_602, "error", { message: "late" }],
        ],
        { messages: [messageOf(1, 3_604, "Still there?")] },
      ),
    );
    expect(tape.realDurationMs).toBe(3_604_000);
    expect(tape.durationMs).toBe(2_000 + 5_000 + 2_000 + 1_000);
    expect(tape.bands).toEqual([{ fromMs: 2_000, toMs: 7_000, pauseMs: 3_600_000 }]);
    expect(tape.realAt(4_500)).toBe(1_802_000);
    expect(tape.playedOf(3_602_000)).toBe(7_000);
    expect(tape.playedOfSeq(3)).toBe(7_000);
    expect(tape.marks.map(({ playedMs, label }) => [playedMs, label])).toEqual([
      [2_000, "Task: Wait"],
      [7_000, "Error: late"],
    ]);
    expect(tape.rows.map(({ kind, from }) => [kind, from])).toEqual([
      ["error", 3],
      ["message", 4],
    ]);
  });

  test("a session without events is one that never moves", () => {
    const tape = new Tape(sessionOf([]));
    expect([tape.durationMs, tape.momentsAt(0), tape.realAt(0)]).toEqual([0, 0, 0]);
    expect(tape.stageAfter(0)).toBe(emptyStage);
  });
});
