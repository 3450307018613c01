import type { Head, Message, StoredEvent } from "@kulti/protocol";
import { expect, test } from "vitest";
import { readEvents, readSession } from "./read-session.ts";

const eventRows = Array.from({ length: 10 }, (_, index) => ({ seq: index + 1 }) as StoredEvent);
const messageRows = [{ seq: 1 }, { seq: 2 }, { seq: 3 }] as Message[];

/** Pages of three rows from a session that has gone on since its head was read. */
function apiOf(head: Partial<Head>) {
  const asked: string[] = [];
  const pageOf = <Row extends { seq: number }>(rows: Row[], after: number) =>
    rows.filter(({ seq }) => seq > after).slice(0, 3);
  return {
    asked,
    sessionHead: async () => head as Head,
    sessionEvents: async (_: string, after = 0) => {
      asked.push(`events ${after}`);
      return pageOf(eventRows, after);
    },
    sessionMessages: async (_: string, after = 0) => {
      asked.push(`messages ${after}`);
      return pageOf(messageRows, after);
    },
  };
}

test("readSession reads up to the head's seq, and reports progress", async () => {
  const api = apiOf({ to_seq: 5, messages_to: 3 });
  const parts: number[] = [];
  const session = await readSession(api, "s", { onProgress: (part) => parts.push(part) });
  expect(session.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(session.messages).toEqual(messageRows);
  expect(parts).toEqual([0.6, 1]);
  expect(api.asked).toEqual(["events 0", "events 3", "messages 0"]);
});

test("readSession ends when rows that the head counts are gone", async () => {
  const api = apiOf({ to_seq: 20, messages_to: 9 });
  const session = await readSession(api, "s");
  expect(session.events).toEqual(eventRows);
  expect(session.messages).toEqual(messageRows);
});

test("readEvents reads until a page is empty", async () => {
  const api = apiOf({});
  expect(await readEvents(api, "s")).toEqual(eventRows);
  expect(api.asked.at(-1)).toBe("events 10");
});
