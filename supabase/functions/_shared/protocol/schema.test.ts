import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agentEvent } from "./arbitrary.ts";
import { KultiError } from "./errors.ts";
import { limits } from "./limits.ts";
import { parseIngest, parseJson, parseMessagesQuery } from "./schema.ts";

const sent = (...events: unknown[]) => ({ agent_id: "my-agent", events });

function refusal(body: unknown): KultiError {
  try {
    parseIngest(body);
  } catch (error) {
    if (error instanceof KultiError) return error;
    throw error;
  }
  throw new Error("The body was accepted.");
}

describe("parseIngest", () => {
  test("accepts every valid event and keeps it as it is, through JSON", () => {
    fc.assert(
      fc.property(fc.array(agentEvent, { minLength: 1, maxLength: 5 }), (events) => {
        const body = JSON.parse(JSON.stringify(sent(...events)));
        expect(parseIngest(body)).toEqual(body);
      }),
    );
  });

  test("accepts any JSON or rejects it with a KultiError", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.array(fc.jsonValue()).map((events) => sent(...events)),
        ),
        (body) => {
          expect(refusal(body).issues?.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  test("gives events without id and time their own id and one common time", () => {
    const bare = { type: "status", data: { status: "live" } };
    const { events } = parseIngest(sent(bare, bare));
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
    expect(new Set(events.map(({ at }) => at)).size).toBe(1);
  });

  test("the message names the event, the value and the limit", () => {
    const content = "x".repeat(70_112);
    const bad = { type: "thought", data: { thought_type: "general", content } };
    const good = { type: "status", data: { status: "live" } };
    expect(refusal(sent(good, good, good, bad)).message).toBe(
      "Cannot append event 3: data.content is 70,112 bytes, limit 65,536.",
    );
  });

  test("lists at most 20 issues, and counts the others", () => {
    const edits = Array.from({ length: limits.code_edits }, () => 0);
    const bad = { type: "code", data: { filename: "a", action: "edit", edits } };
    const error = refusal(sent(...Array(limits.batch_events).fill(bad)));
    expect(error.issues).toHaveLength(20);
    expect(error.message).toMatch(/^Cannot append event 0: .* \(and \d+ more\)\.$/);
  });

  test("a deep or wide body costs little", () => {
    const deep = `{"agent_id":"my-agent","events":[{"type":"thought","data":{"thought_type":"general","content":"a","metadata":{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}}}]}`;
    const wide = { ...sent(), events: Array(1_000_000).fill(0) };
    const fromMs = process.cpuUsage().user / 1000;
    expect(refusal(JSON.parse(deep)).issues?.[0]?.path).toBe("events[0].data.metadata");
    expect(refusal(wide).issues?.[0]).toMatchObject({ path: "events", limit: 500 });
    // Its own processor time, since other processes may keep the processor busy.
    expect(process.cpuUsage().user / 1000 - fromMs).toBeLessThan(500);
  });
});

describe("parseJson", () => {
  test.each(["", " ", "{", '{"a":1', "undefined", '{"a":"\u0001"}'])(
    "refuses %j without quoting it",
    (text) => {
      expect(() => parseJson(text)).toThrow(
        expect.objectContaining({
          code: "malformed_json",
          message: expect.stringMatching(/^Cannot read the body: it is (empty|not JSON)\.$/),
        }),
      );
    },
  );
});

describe("parseMessagesQuery", () => {
  const sessionId = "7d9f1f7e-0b7c-4a52-9f0e-3f6f2a1d4c11";

  test("reads the numbers", () => {
    const query = new URLSearchParams({ session_id: sessionId, after: "12" });
    expect(parseMessagesQuery(query)).toEqual({ session_id: sessionId, after: 12 });
  });

  test.each(["after=-1", "after=", "after=1e3", "session_id=x", "hello=1"])(
    "refuses %s",
    (wrong) => {
      const query = new URLSearchParams({ session_id: sessionId });
      for (const [key, value] of new URLSearchParams(wrong)) query.set(key, value);
      expect(() => parseMessagesQuery(query)).toThrow(KultiError);
    },
  );
});
