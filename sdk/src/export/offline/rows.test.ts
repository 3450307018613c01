import { expect, test } from "vitest";
import { messageOf, sessionOf } from "../../../test/session.ts";
import { createPlayer } from "../../player/index.ts";
import type { RecordedSession } from "../recorded-session.ts";
import { createMemorySource, headOfPage } from "./memory-source.ts";
import { createRows } from "./rows.ts";

const clock = {
  now: () => performance.now(),
  frame: (callback: () => void) => void setTimeout(callback),
  isWatched: () => false,
};

/** The page's player for a session. */
function playerOf(session: RecordedSession) {
  return createPlayer({
    sessionId: session.head.session_id,
    source: createMemorySource(session, clock),
    head: headOfPage(session),
    clock,
  });
}

const session = sessionOf(
  [
    [0, "task", { title: "Wait" }],
    [1, "thought", { thought_type: "general", content: "first", stream_id: "s" }],
    [2, "milestone", { label: "Begun", completed: true }],
    [2, "thought", { thought_type: "general", content: " and more", stream_id: "s" }],
    [3, "milestone", { label: "Not yet", completed: false }],
    [3_600, "error", { message: "late" }],
    [3_601, "thought", { thought_type: "decision", content: "last" }],
  ],
  { messages: [messageOf(1, 2, "Nice"), messageOf(2, 4, "Hello?"), messageOf(3, 3_700, "Bye")] },
);

test("createRows puts milestones and messages among the thoughts and errors, as they happened", async () => {
  const player = playerOf(session);
  const lastRows = createRows(session, player);
  const rowsAt = async (seq: number) => {
    player.send({ kind: "seek_seq", seq });
    await expect.poll(() => player.store.get().stage.seq).toBe(seq);
    return lastRows(player.store.get(), 100).rows.map(({ row, ms }) => [row.kind, ms]);
  };
  expect(await rowsAt(7)).toEqual([
    ["thought", 1_000],
    ["milestone", 2_000],
    ["message", 2_000],
    ["message", 4_000],
    ["error", 3_600_000],
    ["thought", 3_601_000],
    ["message", 3_700_000],
  ]);
  expect(await rowsAt(2)).toEqual([["thought", 1_000]]);
  expect(await rowsAt(5)).toEqual([
    ["thought", 1_000],
    ["milestone", 2_000],
    ["message", 2_000],
  ]);
});

test("createRows returns the last rows, the number before them and the kind of the last", () => {
  const player = playerOf(session);
  const { rows, earlier, kindBefore } = createRows(session, player)(player.store.get(), 3);
  expect(rows.map(({ row }) => row.kind)).toEqual(["error", "thought", "message"]);
  expect([earlier, kindBefore]).toEqual([4, "message"]);
  const all = createRows(session, player)(player.store.get(), 7);
  expect([all.rows.length, all.earlier, all.kindBefore]).toEqual([7, 0, undefined]);
});

test("createMemorySource delivers a long session whole, frame by frame, and ends as live", async () => {
  const long = sessionOf(
    Array.from({ length: 3_500 }, (_, n) => [
      n,
      "thought",
      { thought_type: "general", content: `${n}` },
    ]),
  );
  const batches: number[] = [];
  const states: string[] = [];
  const source = createMemorySource(long, clock);
  const nothing = () => {};
  source.start({
    messages: nothing,
    head: nothing,
    problem: nothing,
    events: (batch) => batches.push(batch.length),
    connection: (state) => states.push(state),
  });
  expect(batches).toEqual([1_000]);
  await expect.poll(() => states).toEqual(["catching_up", "live"]);
  expect(batches).toEqual([1_000, 1_000, 1_000, 500]);
});

test("createMemorySource accepts a session without events", async () => {
  const empty = sessionOf([]);
  const player = playerOf(empty);
  const states: boolean[] = [];
  player.store.subscribe(() => states.push(player.store.get().control.playing));
  player.send({ kind: "play" });
  await expect.poll(() => states.at(-1)).toBe(false);
  const { stage, position } = player.store.get();
  expect([stage.seq, position]).toEqual([0, { ms: 0, seq: 0 }]);
  expect(createRows(empty, player)(player.store.get(), 10).rows).toEqual([]);
});
