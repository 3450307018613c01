import type { Head, Message, StoredEvent } from "@kulti/protocol";
import { KultiApiError } from "kulti/watch";
import { expect, test } from "vitest";
import { create_recording_source } from "./recording-source.ts";

const events = (count: number): StoredEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    seq: index + 1,
    id: `${index}`,
    at: "2026-11-22T10:00:00Z",
    type: "thought",
    data: { thought_type: "general", content: `${index}` },
  }));

/** Plays a recording of `to_seq` events to its end, read by `read`. */
async function listen(to_seq: number, read: (after_seq: number) => Promise<StoredEvent[]>) {
  const heard = { seqs: [] as number[], states: [] as string[], problems: [] as string[] };
  const source = create_recording_source({
    api: {
      session_events: (_, after_seq = 0) => read(after_seq),
      session_messages: async (): Promise<Message[]> => [],
    },
    head: { session_id: "s", to_seq, messages_to: 0 } as Head,
    clock: { now: () => 0, frame: queueMicrotask, is_watched: () => true },
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

test("every event comes once and in order, also where a page is cut short by its bytes", async () => {
  const all = events(5_300);
  const { seqs, states } = await listen(all.length, async (after_seq) =>
    all.slice(after_seq, after_seq + (after_seq === 1_000 ? 37 : 1_000)),
  );
  expect(seqs).toEqual(all.map(({ seq }) => seq));
  expect(states[0]).toBe("connecting");
  expect(states.at(-1)).toBe("live");
});

test("an answer of something before the server is no end: the page is read again", async () => {
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
  const at_once: number[] = [];
  await listen(all.length, async (after_seq) => {
    open += 1;
    at_once.push(open);
    await new Promise((resolve) => setTimeout(resolve, 5));
    open -= 1;
    return all.slice(after_seq, after_seq + 1_000);
  });
  expect(at_once[0]).toBe(1);
  expect(Math.max(...at_once)).toBeLessThanOrEqual(4);
});

test("a session that was deleted or made private meanwhile is told, what was read stays", async () => {
  const all = events(3_000);
  const refused = new KultiApiError(404, "session_not_found", "There is no such session.");
  const { seqs, problems } = await listen(all.length, async (after_seq) => {
    if (after_seq >= 1_000) throw refused;
    return all.slice(after_seq, after_seq + 1_000);
  });
  expect(seqs.length).toBe(1_000);
  expect(problems).toEqual(["session_not_found"]);
});

test("reading goes on when the first page has been drawn, and not before", async () => {
  const frames: (() => void)[] = [];
  const asked: number[] = [];
  const source = create_recording_source({
    api: {
      session_events: async (_, after_seq = 0) => {
        asked.push(after_seq);
        return events(200).map((event) => ({ ...event, seq: event.seq + after_seq }));
      },
      session_messages: async (): Promise<Message[]> => [],
    },
    head: { session_id: "s", to_seq: 400, messages_to: 0 } as Head,
    clock: { now: () => 0, frame: (next) => void frames.push(next), is_watched: () => true },
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
