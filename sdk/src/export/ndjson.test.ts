import { readRecording } from "@kulti/recordings";
import { readSessionFile } from "@kulti/recordings/kulti/session-file.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messageOf, sessionOf, sessions } from "../../test/session.ts";
import { exportNdjson } from "./ndjson.ts";

const textOf = (pieces: Iterable<string>): string => [...pieces].join("");
const session = sessionOf(
  [
    [0, "status", { status: "live" }],
    [1, "thought", { thought_type: "general", content: "a\nb\u2028c" }],
  ],
  { messages: [messageOf(1, 2, "Why?")] },
);

describe("exportNdjson", () => {
  test("readSessionFile reads back any exported events unchanged", () => {
    fc.assert(
      fc.property(sessions, (session) => {
        const { skipped, ...read } = readSessionFile(textOf(exportNdjson(session)));
        expect(skipped).toEqual([]);
        expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(session)));
      }),
      { numRuns: 200 },
    );
  });

  test("writes the facts, then one line for each event and message", () => {
    const lines = textOf(exportNdjson(session)).split("\n");
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toBe("");
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      format: "kulti-session",
      version: 1,
      session: session.head,
    });
    expect(JSON.parse(lines[2] ?? "")).toEqual(session.events[1]);
  });

  test("kulti replay plays it: the events without the facts and the chat", () => {
    const { format, events, skipped } = readRecording(textOf(exportNdjson(session)));
    expect([format, skipped]).toEqual(["kulti", []]);
    expect(events.map(({ type, at }) => [type, at])).toEqual(
      session.events.map(({ type, at }) => [type, at]),
    );
  });
});

describe("readSessionFile", () => {
  const lines = [...exportNdjson(session)];

  test("skips lines it does not understand, and lists them", () => {
    const odd = [
      '{"seq":3,"id":"x","type":"dance","at":"2026-11-22T10:00:05.000Z","data":{}}\n',
      '{"message":{"seq":2}}\n',
      '{"type":"status","data":{"status":"done"}}\n',
      "{",
    ];
    const { events, messages, skipped } = readSessionFile([...lines, ...odd].join(""));
    expect([events.length, messages.length]).toEqual([2, 1]);
    expect(skipped.map(({ where }) => where)).toEqual(["line 8", "line 5", "line 6", "line 7"]);
  });

  test("rejects other files, a later version and a broken header", () => {
    expect(() => readSessionFile(lines.slice(1).join(""))).toThrow(
      "its first line is not a header",
    );
    expect(() => readSessionFile("")).toThrow("its first line is not a header");
    const [head = ""] = lines;
    expect(() => readSessionFile(head.replace('"version":1', '"version":2'))).toThrow("version 2");
    expect(() => readSessionFile(head.replace('"to_seq":2', '"to_seq":"2"'))).toThrow(
      "session.to_seq",
    );
  });
});
