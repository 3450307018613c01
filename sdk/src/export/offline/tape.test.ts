import { empty_stage, fold_all } from "@kulti/protocol/fold.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { message_of, session_of, sessions } from "../../../test/session.ts";
import { Tape } from "./tape.ts";

describe("Tape", () => {
  test("any order of seeks: the stage is what fold makes of the events so far", () => {
    fc.assert(
      fc.property(sessions, fc.array(fc.nat(60), { maxLength: 8 }), (session, seeks) => {
        const tape = new Tape(session);
        const at_end = tape.moments_at(tape.duration_ms);
        expect(at_end).toBe(session.events.length + (session.messages?.length ?? 0));
        for (const seek of [...seeks, at_end]) {
          const stage = tape.stage_after(Math.min(seek, at_end));
          const events = session.events.slice(0, stage.seq);
          expect(JSON.stringify(stage)).toBe(JSON.stringify(fold_all(empty_stage, events)));
        }
        expect(tape.stage_after(at_end).seq).toBe(session.events.length);
      }),
      { numRuns: 100 },
    );
  });

  test("a long session is the same through its checkpoints", () => {
    const session = session_of(
      Array.from({ length: 1_200 }, (_, n) => [
        n,
        "thought",
        { thought_type: "general", content: `${n}` },
      ]),
    );
    const tape = new Tape(session);
    for (const count of [1_200, 3, 777, 250, 251, 1_000, 0]) {
      const { thoughts } = tape.stage_after(count);
      expect([thoughts.length, thoughts.last?.content]).toEqual([
        count,
        count === 0 ? undefined : `${count - 1}`,
      ]);
    }
  });

  test("an idle hour takes five seconds, and the clock still tells the hour", () => {
    const tape = new Tape(
      session_of(
        [
          [0, "status", { status: "live" }],
          [2, "task", { title: "Wait" }],
          [3_602, "error", { message: "late" }],
        ],
        { messages: [message_of(1, 3_604, "Still there?")] },
      ),
    );
    expect(tape.real_duration_ms).toBe(3_604_000);
    expect(tape.duration_ms).toBe(2_000 + 5_000 + 2_000 + 1_000);
    expect(tape.bands).toEqual([{ from_ms: 2_000, to_ms: 7_000, pause_ms: 3_600_000 }]);
    expect(tape.real_at(4_500)).toBe(1_802_000);
    expect(tape.played_of(3_602_000)).toBe(7_000);
    expect(tape.played_of_seq(3)).toBe(7_000);
    expect(tape.marks.map(({ played_ms, label }) => [played_ms, label])).toEqual([
      [2_000, "Task: Wait"],
      [7_000, "Error: late"],
    ]);
    expect(tape.rows.map(({ kind, from }) => [kind, from])).toEqual([
      ["error", 3],
      ["message", 4],
    ]);
  });

  test("a session without events is one that never moves", () => {
    const tape = new Tape(session_of([]));
    expect([tape.duration_ms, tape.moments_at(0), tape.real_at(0)]).toEqual([0, 0, 0]);
    expect(tape.stage_after(0)).toBe(empty_stage);
  });
});
