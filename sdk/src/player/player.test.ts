import { emptyStage, foldAll, type StoredEvent } from "@kulti/protocol";
import { expect, test } from "vitest";
import type { Clock } from "./clock.ts";
import { shownTarget } from "./follow.ts";
import { createPlayer } from "./player.ts";
import type { Source, SourceHandlers } from "./source.ts";

/** A clock that moves only when `step` is called, which also runs the frames. */
function heldClock(isWatched = true) {
  let now = 0;
  let frames: (() => void)[] = [];
  const clock: Clock = {
    now: () => now,
    frame: (callback) => void frames.push(callback),
    isWatched: () => isWatched,
  };
  const step = (ms: number) => {
    now += ms;
    const due = frames;
    frames = [];
    for (const frame of due) frame();
  };
  return { clock, step, asked: () => frames.length };
}

function onStage(isWatched = true) {
  let handlers: SourceHandlers | undefined;
  let isStopped = false;
  const source: Source = {
    start(given) {
      handlers = given;
    },
    stop() {
      isStopped = true;
    },
  };
  const { clock, step, asked } = heldClock(isWatched);
  const player = createPlayer({ sessionId: "s", source, clock });
  if (!handlers) throw new Error("The player did not start its source.");
  return { player, step, asked, handlers, wasStopped: () => isStopped };
}

let seq = 0;
const event = (type: string, data: object): StoredEvent => {
  seq += 1;
  return { seq, id: `e${seq}`, at: new Date(seq * 1_000).toISOString(), type, data } as StoredEvent;
};
const thought = (content: string, more: object = {}) =>
  event("thought", { thought_type: "general", content, ...more });

test("events are gathered until the next frame and folded in order", () => {
  seq = 0;
  const { player, step, asked, handlers } = onStage();
  const events = [thought("one"), thought("two"), event("status", { status: "working" })];
  let changes = 0;
  player.store.subscribe(() => {
    changes += 1;
  });
  for (const one of events) handlers.events([one]);
  expect(asked()).toBe(1);
  expect(player.store.get().stage.seq).toBe(0);
  step(16);
  expect(changes).toBe(1);
  expect(player.store.get().stage).toEqual(foldAll(emptyStage, events));
});

test("while a session is read its first page is shown at once, and then two pictures a second", () => {
  seq = 0;
  const { player, step, handlers } = onStage();
  const shown: number[] = [];
  for (let page = 0; page < 50; page++) {
    handlers.connection("catching_up");
    handlers.events([thought("read")]);
    step(20);
    shown.push(player.store.get().stage.seq);
  }
  expect(shown[0]).toBe(1);
  expect(new Set(shown).size).toBe(2);
  handlers.connection("live");
  expect(player.store.get().stage.seq).toBe(50);
});

test("stage() knows what waits for the next frame", () => {
  seq = 0;
  const { player, handlers } = onStage();
  handlers.events([thought("one")]);
  expect(player.stage().seq).toBe(1);
});

test("what was there on arrival is not typed, what comes live is, within a second", () => {
  seq = 0;
  const { player, step, handlers } = onStage();
  handlers.connection("catching_up");
  handlers.events([thought("was there before")]);
  handlers.connection("live");
  step(16);
  expect(player.store.get().typing.shown.size).toBe(0);
  expect(player.store.get().seenFrom).toBe(1);

  handlers.events([thought("a live thought of some length ".repeat(40))]);
  step(16);
  expect(player.store.get().typing.shown.get(2)).toBe(0);
  step(100);
  const part = player.store.get().typing.shown.get(2) ?? 0;
  expect(part).toBeGreaterThan(0);
  for (let frame = 0; frame < 9; frame++) step(100);
  expect(player.store.get().typing.shown.size).toBe(0);
});

test("a streamed thought is typed on where it stands", () => {
  seq = 0;
  const { player, step, handlers } = onStage();
  handlers.connection("live");
  handlers.events([thought("The first half, ", { stream_id: "s1" })]);
  for (let frame = 0; frame < 10; frame++) step(100);
  handlers.events([thought("and the second.", { stream_id: "s1", done: true })]);
  step(0);
  const { stage, typing } = player.store.get();
  expect(stage.thoughts.length).toBe(1);
  expect(typing.shown.get(1)).toBe("The first half, ".length);
});

test("nothing is typed while nobody looks", () => {
  seq = 0;
  const { player, step, handlers } = onStage(false);
  handlers.connection("live");
  handlers.events([thought("unseen")]);
  step(250);
  expect(player.store.get().typing.shown.size).toBe(0);
  expect(player.store.get().stage.thoughts.length).toBe(1);
});

test("what was missed while the connection was lost is not typed either", () => {
  seq = 0;
  const { player, step, handlers } = onStage();
  handlers.connection("live");
  handlers.connection("reconnecting");
  handlers.events([thought("missed")]);
  handlers.connection("live");
  step(16);
  expect(player.store.get().typing.shown.size).toBe(0);
});

test("rows hold thoughts and errors in the order in which they came", () => {
  seq = 0;
  const { player, step, handlers } = onStage();
  handlers.events([thought("a"), event("error", { message: "b" }), thought("c")]);
  step(16);
  expect([...player.store.get().rows]).toEqual([
    { kind: "thought", index: 0 },
    { kind: "error", index: 0 },
    { kind: "thought", index: 1 },
  ]);
});

test("the work follows files, and a renamed file stays chosen", () => {
  seq = 0;
  const { player, step, handlers } = onStage();
  handlers.events([event("code", { filename: "a.ts", action: "write", content: "1" })]);
  step(16);
  player.choose({ kind: "file", filename: "a.ts" });
  handlers.events([event("code", { filename: "b.ts", action: "rename", old_filename: "a.ts" })]);
  step(16);
  expect(player.store.get().follow.chosen).toEqual({ kind: "file", filename: "b.ts" });
});

test("stop ends the source and asks for no more frames", () => {
  seq = 0;
  const { player, handlers, asked, wasStopped } = onStage();
  player.stop();
  handlers.events([thought("late")]);
  expect(wasStopped()).toBe(true);
  expect(asked()).toBe(0);
});

test("rewound, the picture stays while the edge moves on; back at the edge nothing is typed again", () => {
  seq = 0;
  const { player, step, handlers } = onStage();
  handlers.connection("live");
  const events = [thought("one"), thought("two"), thought("three")];
  handlers.events(events);
  for (let frame = 0; frame < 10; frame++) step(100);
  player.send({ kind: "seek_seq", seq: 1 });
  step(16);
  expect(player.store.get().stage).toEqual(foldAll(emptyStage, events.slice(0, 1)));
  const late = thought("four");
  handlers.events([late]);
  step(16);
  expect(player.store.get()).toMatchObject({ position: { seq: 1 }, edge: { seq: 4 } });
  player.send({ kind: "go_live" });
  step(16);
  expect(player.store.get().stage).toEqual(foldAll(emptyStage, [...events, late]));
  expect(player.store.get().typing.shown.size).toBe(0);
});

test("playback types at up to twice the speed and not beyond", () => {
  for (const [speed, typed] of [
    [2, 1],
    [4, 0],
  ] as const) {
    seq = 0;
    const { player, step, handlers } = onStage();
    handlers.connection("live");
    handlers.events([thought("one"), thought("two ".repeat(200)), thought("three")]);
    step(16);
    player.send({ kind: "speed", speed });
    player.send({ kind: "restart" });
    step(0);
    expect(player.store.get().position.seq).toBe(1);
    step(1_100 / speed);
    expect(player.store.get().position.seq).toBe(2);
    expect(player.store.get().typing.shown.size).toBe(typed);
  }
});

test("a refusal stays told until events come again", () => {
  seq = 0;
  const { player, step, handlers } = onStage();
  handlers.events([thought("one")]);
  handlers.problem({ code: "internal", message: "Something failed." });
  step(16);
  expect(player.store.get().problem?.code).toBe("internal");
  handlers.events([thought("two")]);
  step(16);
  expect(player.store.get().problem).toBeNull();
});

test("playback follows what the agent touched where a frame passes a checkpoint", () => {
  seq = 0;
  const { player, step, handlers } = onStage();
  handlers.connection("live");
  const thoughts = Array.from({ length: 249 }, () => thought("one"));
  const code = (filename: string) => event("code", { filename, action: "write", content: "" });
  handlers.events([...thoughts, code("a.ts"), thought("two"), thought("three"), thought("four")]);
  step(16);
  player.send({ kind: "seek_seq", seq: 249 });
  step(16);
  expect(shownTarget(player.store.get().follow)).toBeNull();
  player.send({ kind: "play" });
  step(0);
  step(2_000);
  expect(player.store.get().position.seq).toBe(251);
  expect(shownTarget(player.store.get().follow)).toEqual({ kind: "file", filename: "a.ts" });
});
