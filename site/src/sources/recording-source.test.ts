import type { Head, Message, StoredEvent } from "@kulti/protocol";
import { KultiApiError } from "kulti/watch";
import { expect, test } from "vitest";
import { createRecordingSource } from "./recording-source.ts";

const events = (count: number): StoredEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    seq: index + 1,
    id: `${index}`,
    at: "2026-11-22T10:00:00Z",
    type: "thought",
    data: { thought_type: "general", content: `${index}` },
  }));

/** Plays a recording of `to_seq` events to its end, read by `read`. */
async function listen(toSeq: number, read: (afterSeq: number) => Promise<StoredEvent[]>) {
  const heard = { seqs: [] as number[], states: [] as string[], problems: [] as string[] };
  const source = createRecordingSource({
    api: {
      sessionEvents: (_, afterSeq = 0) => read(afterSeq),
      sessionMessages: async (): Promise<Message[]> => [],
    },
    head: { session_id: "s", to_seq: toSeq, messages_to: 0 } as Head,
    clock: { now: () => 0, frame: queueMicrotask, isWatched: () => true },
  });
  await new Promise<void>((resolve) => {
    source.start({
      events: (batch) => heard.seqs.push(...batch.map(({ seq }) => seq)),
      messages: () => {},
      head: () => {},
      connection: (state) => {
        heard.states.push(state);
        if (state === "live") resolve();
      },
      problem: ({ code }) => {
        heard.problems.push(code);
        resolve();
      },
    });
  });
  return heard;
}

test("every event comes once and in order, also when a page is cut short by its size", async () => {
  const all = events(5_300);
  const { seqs, states } = await listen(all.length, async (afterSeq) =>
    all.slice(afterSeq, afterSeq + (afterSeq === 1_000 ? 37 : 1_000)),
  );
  expect(seqs).toEqual(all.map(({ seq }) => seq));
  expect(states[0]).toBe("connecting");
  expect(states.at(-1)).toBe("live");
});

test("a proxy's answer is retried: the page is read again", async () => {
  const all = events(3);
  const answers = [new KultiApiError(404, "internal", "A proxy's page.")];
  const { seqs, problems } = await listen(all.length, async () => {
    const error = answers.shift();
    if (error) throw error;
    return all;
  });
  expect(problems).toEqual([]);
  expect(seqs).toEqual([1, 2, 3]);
});

test("nothing is read ahead of the first page", async () => {
  const all = events(3_000);
  let open = 0;
  const atOnce: number[] = [];
  await listen(all.length, async (afterSeq) => {
    open += 1;
    atOnce.push(open);
    await new Promise((resolve) => setTimeout(resolve, 5));
    open -= 1;
    return all.slice(afterSeq, afterSeq + 1_000);
  });
  expect(atOnce[0]).toBe(1);
  expect(Math.max(...atOnce)).toBeLessThanOrEqual(4);
});

test("a session deleted or hidden meanwhile is reported, and events already read stay", async () => {
  const all = events(3_000);
  const refused = new KultiApiError(404, "session_not_found", "There is no such session.");
  const { seqs, problems } = await listen(all.length, async (afterSeq) => {
    if (afterSeq >= 1_000) throw refused;
    return all.slice(afterSeq, afterSeq + 1_000);
  });
  expect(seqs.length).toBe(1_000);
  expect(problems).toEqual(["session_not_found"]);
});

test("reading continues after the first page has been drawn, not before", async () => {
  const frames: (() => void)[] = [];
  const asked: number[] = [];
  const source = createRecordingSource({
    api: {
      sessionEvents: async (_, afterSeq = 0) => {
        asked.push(afterSeq);
        return events(200).map((event) => ({ ...event, seq: event.seq + afterSeq }));
      },
      sessionMessages: async (): Promise<Message[]> => [],
    },
    head: { session_id: "s", to_seq: 400, messages_to: 0 } as Head,
    clock: { now: () => 0, frame: (next) => void frames.push(next), isWatched: () => true },
  });
  const nothing = () => {};
  source.start({
    events: nothing,
    messages: nothing,
    head: nothing,
    connection: nothing,
    problem: nothing,
  });
  await expect.poll(() => frames.length).toBe(1);
  frames.shift()?.();
  await new Promise((resolve) => setTimeout(resolve));
  expect(asked).toEqual([0]);
  frames.shift()?.();
  await expect.poll(() => asked).toEqual([0, 200]);
  source.stop();
});
