import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KultiError } from "./errors.ts";
import { is_legacy, parse_legacy } from "./legacy.ts";
import { limits } from "./limits.ts";
import { parse_ingest } from "./schema.ts";
import { utf8_bytes } from "./text.ts";

/** Text with everything that a database refuses in it, and now and then far too much of it. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "\0",
    "\ud800",
    "",
    " ",
    "$ ls",
    "edit",
    "delete",
    "rename",
    "error",
    "--- a\n- b\n+ c",
  ),
  fc.integer({ min: 1, max: 70_000 }).map((length) => "é".repeat(length)),
);
const value = fc.oneof(
  { arbitrary: text, weight: 4 },
  fc.jsonValue(),
  fc.double(),
  fc.constantFrom(null, true, -1, 1e20, "2026-11-22T10:00:00Z"),
);
const keys = [
  ..."type content priority metadata filename language action old_filename hunks start removed".split(
    " ",
  ),
  ..."added title description label completed message file line stack recovery_strategy url".split(
    " ",
  ),
  ..."tool promptFor options chosen confidence timestamp __proto__ constructor".split(" "),
];
const thing = fc.dictionary(
  fc.constantFrom(...keys),
  fc.oneof(value, fc.array(value, { maxLength: 3 })),
  {
    maxKeys: 8,
  },
);
const nested = fc
  .tuple(thing, thing)
  .map(([one, two]) => ({ ...one, metadata: two, hunks: [two] }));
const part = fc.oneof(
  value,
  thing,
  nested,
  fc.array(fc.oneof(thing, nested, value), { maxLength: 4 }),
);
const body = fc.record(
  {
    agentId: fc.constantFrom("my-agent", "My Agent", "", 7),
    thought: part,
    thinking: part,
    code: part,
    diff: part,
    terminal: part,
    terminalAppend: fc.boolean(),
    status: part,
    task: part,
    goal: part,
    milestone: part,
    error: part,
    preview: part,
    stats: part,
    timestamp: value,
  },
  { requiredKeys: ["agentId"] },
);

const says = (events: unknown) => ({ agent_id: "my-agent", events });

describe("parse_legacy", () => {
  test("of anything gives events that ingest accepts, or refuses the body", () => {
    fc.assert(
      fc.property(body, (sent) => {
        let request: ReturnType<typeof parse_legacy>;
        try {
          request = parse_legacy(sent);
        } catch (error) {
          expect(error).toBeInstanceOf(KultiError);
          return;
        }
        if (request.events.length > 0) expect(parse_ingest(request)).toEqual(request);
      }),
      { numRuns: 500 },
    );
  });

  test("keeps all of a long terminal output, in several events", () => {
    const content = "é".repeat(100_000);
    const { events } = parse_legacy({
      agent_id: "my-agent",
      terminal: [{ type: "output", content }],
      terminal_append: true,
    });
    const texts = events.map((event) => (event.type === "terminal" ? event.data.text : ""));
    expect(texts.join("")).toBe(`${content}\n`);
    expect(texts.every((piece) => utf8_bytes(piece) <= limits.terminal_text_bytes)).toBe(true);
  });

  test("of a very deep body reads what it can", () => {
    const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
    const thought = { type: deep, content: "a", metadata: { deep } };
    const sent = { agentId: "my-agent", thought, error: { message: deep }, task: deep, code: deep };
    expect(parse_ingest(parse_legacy(sent)).events[0]?.data).toMatchObject({ content: "a" });
  });

  test("keeps the last 500 events", () => {
    const terminal = Array.from({ length: 600 }, (_, line) => ({
      type: "input",
      content: `$ ${line}`,
    }));
    const { events } = parse_legacy({ agent_id: "my-agent", terminal, terminalAppend: true });
    expect(events).toHaveLength(500);
    expect(events.at(-1)).toMatchObject({ data: { command: "599" } });
  });

  test("cuts metadata that is too large, the known keys first to stay", () => {
    const metadata = {
      tool: "Bash",
      ...Object.fromEntries([..."abcdefghijklmnopqrstuvwxyz"].map((key) => [key, "x".repeat(900)])),
    };
    const { events } = parse_legacy({ agent_id: "my-agent", thought: { content: "a", metadata } });
    expect(events[0]?.data).toMatchObject({ metadata: { tool: "Bash", a: "x".repeat(900) } });
    expect(parse_ingest(says(events))).toBeDefined();
  });

  test.each([
    [{ agentId: "my-agent" }, ""],
    [{ agentId: "my-agent", hello: 1 }, ""],
    [{ thinking: "a" }, "agent_id"],
    [{ agent_id: "-", thinking: "a" }, "agent_id"],
    [null, "agent_id"],
    ["text", "agent_id"],
  ])("refuses %j", (sent, path) => {
    expect(() => parse_legacy(sent)).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        issues: [expect.objectContaining({ path })],
      }),
    );
  });
});

describe("is_legacy", () => {
  test("is every object without events", () => {
    expect(is_legacy({ agentId: "a" })).toBe(true);
    expect([{ events: [] }, { events: "x" }, [], null, "a"].map(is_legacy)).not.toContain(true);
  });
});
