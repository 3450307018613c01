import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KultiError } from "../errors.ts";
import { limits } from "../limits.ts";
import { parseIngest } from "../schema.ts";
import { utf8Bytes } from "../text.ts";
import { isLegacy, parseLegacy } from "./legacy.ts";

/** Text with all characters that a database refuses, and sometimes far too long. */
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

describe("parseLegacy", () => {
  test("returns events that ingest accepts for any body, or rejects it", () => {
    fc.assert(
      fc.property(body, (sent) => {
        let request: ReturnType<typeof parseLegacy>;
        try {
          request = parseLegacy(sent);
        } catch (error) {
          expect(error).toBeInstanceOf(KultiError);
          return;
        }
        if (request.events.length > 0) expect(parseIngest(request)).toEqual(request);
      }),
      { numRuns: 500 },
    );
  });

  test("counts the digits of large numbers in metadata as Postgres writes them", () => {
    for (let length = 15_900; length < 16_400; length += 20) {
      const metadata = { large: 1e20, small: 1e-20, free: { text: "x".repeat(length) } };
      const request = parseLegacy({
        agent_id: "my-agent",
        thought: { content: "a", metadata },
      });
      expect(parseIngest(request)).toEqual(request);
    }
  });

  test("keeps all of a long terminal output, in several events", () => {
    const content = "é".repeat(100_000);
    const { events } = parseLegacy({
      agent_id: "my-agent",
      terminal: [{ type: "output", content }],
      terminal_append: true,
    });
    const texts = events.map((event) => (event.type === "terminal" ? event.data.text : ""));
    expect(texts.join("")).toBe(`${content}\n`);
    expect(texts.every((piece) => utf8Bytes(piece) <= limits.terminal_text_bytes)).toBe(true);
  });

  test("reads what it can of a very deep body", () => {
    const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
    const thought = { type: deep, content: "a", metadata: { deep } };
    const sent = { agentId: "my-agent", thought, error: { message: deep }, task: deep, code: deep };
    expect(parseIngest(parseLegacy(sent)).events[0]?.data).toMatchObject({ content: "a" });
  });

  test("keeps the last 500 events", () => {
    const terminal = Array.from({ length: 600 }, (_, line) => ({
      type: "input",
      content: `$ ${line}`,
    }));
    const { events } = parseLegacy({ agent_id: "my-agent", terminal, terminalAppend: true });
    expect(events).toHaveLength(500);
    expect(events.at(-1)).toMatchObject({ data: { command: "599" } });
  });

  test("cuts metadata that is too large, and keeps the known keys first", () => {
    const metadata = {
      tool: "Bash",
      ...Object.fromEntries([..."abcdefghijklmnopqrstuvwxyz"].map((key) => [key, "x".repeat(900)])),
    };
    const { events } = parseLegacy({ agent_id: "my-agent", thought: { content: "a", metadata } });
    expect(events[0]?.data).toMatchObject({ metadata: { tool: "Bash", a: "x".repeat(900) } });
    expect(parseIngest(says(events)).events).toMatchObject(events);
  });

  test.each([
    [{ agentId: "my-agent" }, ""],
    [{ agentId: "my-agent", hello: 1 }, ""],
    [{ thinking: "a" }, "agent_id"],
    [{ agent_id: "-", thinking: "a" }, "agent_id"],
    [null, "agent_id"],
    ["text", "agent_id"],
  ])("refuses %j", (sent, path) => {
    expect(() => parseLegacy(sent)).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        issues: [expect.objectContaining({ path })],
      }),
    );
  });
});

/** Counts each read of a key of `value` or of its list of keys. */
function watched(value: object) {
  let reads = 0;
  const proxy = new Proxy(value, {
    get(target, key) {
      reads++;
      return Reflect.get(target, key);
    },
    ownKeys(target) {
      reads++;
      return Reflect.ownKeys(target);
    },
  });
  return { proxy, reads: () => reads };
}

describe("parseLegacy does bounded work", () => {
  const many = 50_000;
  const entry = {
    content: "",
    title: "",
    message: "",
    label: "",
    url: "",
    filename: "",
    hunks: [],
    metadata: {},
    options: [],
  };

  test.each(["thought", "code", "diff", "task", "goal", "milestone", "error", "preview"])(
    "%s: only the end of a long list is read",
    (field) => {
      const { proxy, reads } = watched({ ...entry });
      parseLegacy({ agent_id: "my-agent", [field]: Array(many).fill(proxy) });
      expect(reads()).toBeGreaterThan(0);
      expect(reads()).toBeLessThan(many);
    },
  );

  test.each([
    ["metadata", (list: unknown) => ({ thought: { content: "a", metadata: { list } } })],
    ["options", (options: unknown) => ({ thought: { content: "a", metadata: { options } } })],
    ["hunks", (hunks: unknown) => ({ diff: { filename: "a", hunks } })],
    ["content", (content: unknown) => ({ thought: { content } })],
    ["thinking", (thinking: unknown) => ({ thinking })],
    ["status", (status: unknown) => ({ status })],
    ["an agent's name", (agentId: unknown) => ({ agentId, thinking: "a" })],
    ["a command", (content: unknown) => ({ terminal: { type: "input", content } })],
    ["output", (content: unknown) => ({ terminal: { content } })],
  ])("%s: reading stops when the events are full", (_name, body) => {
    const { proxy, reads } = watched({ a: 1 });
    try {
      parseLegacy({ agent_id: "my-agent", ...body(Array(many).fill(proxy)) });
    } catch (error) {
      expect(error).toBeInstanceOf(KultiError);
    }
    expect(reads()).toBeGreaterThan(0);
    expect(reads()).toBeLessThan(many);
  });

  test("metadata of many keys: reading stops when what is left does not fit either", () => {
    const { proxy, reads } = watched({ a: 1 });
    const keys = Array.from({ length: many }, (_, index) => [`key${index}`, proxy]);
    const metadata = Object.fromEntries(keys);
    const { events } = parseLegacy({ agent_id: "my-agent", thought: { content: "a", metadata } });
    expect(events[0]?.data).toMatchObject({ metadata: { key0: { a: 1 }, key500: { a: 1 } } });
    expect(parseIngest(says(events)).events).toMatchObject(events);
    expect(reads()).toBeLessThan(10_000);
  });

  test.each([
    ["terminal lines", (n: number) => ({ terminal: Array(n).fill("a") })],
    ["one long output", (n: number) => ({ terminal: [{ content: "é".repeat(10 * n) }] })],
    ["a listing", (n: number) => ({ code: listing(n) })],
    ["lines of a hunk", (n: number) => ({ diff: { hunks: [{ removed: Array(n).fill("a") }] } })],
    ["an address", (n: number) => ({ preview: `http://${"@".repeat(10 * n)}` })],
  ])("%s: twice as much takes about twice the time", (_name, body) => {
    const bestMs = (n: number): number => {
      const sent = { agent_id: "my-agent", terminal_append: true, ...body(n) };
      const times = Array.from({ length: 5 }, () => {
        const before = process.cpuUsage();
        parseLegacy(sent);
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1_000;
      });
      return Math.min(...times);
    };
    bestMs(10_000);
    expect(bestMs(200_000)).toBeLessThan(8 * bestMs(50_000) + 25);
  });
});

const listing = (lines: number) => ({
  action: "edit",
  filename: "a",
  content: `--- a\n${"- x\n".repeat(lines)}`,
});

describe("isLegacy", () => {
  test("is every object without events", () => {
    expect(isLegacy({ agentId: "a" })).toBe(true);
    expect([{ events: [] }, { events: "x" }, [], null, "a"].map(isLegacy)).not.toContain(true);
  });
});
