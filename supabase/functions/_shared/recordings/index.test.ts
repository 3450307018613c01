import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RecordingFormat, readRecording, recordingFormats } from "./index.ts";
import { checked, folded, ofType, recordingOf } from "./testing.ts";

const real = fileURLToPath(new URL("../../../../../shared/real/", import.meta.url));
const recorded = existsSync(real)
  ? readdirSync(real).filter((name) => /\.(traj|jsonl)$/.test(name))
  : [];

// Recordings of other people's agents. The tests beside this one create their own.
describe.runIf(recorded.length > 0)("real runs", () => {
  test.each(recorded)("%s is read whole, and valid", (name) => {
    const recording = checked(readRecording(readFileSync(real + name, "utf8")));
    expect(recording.skipped).toEqual([]);
    expect(recording.events.length).toBeGreaterThan(20);
    const stage = folded(recording.events);
    expect(stage.status).toBe("done");
    expect(stage.task?.title).toMatch(/\w+ \w+/);
    expect(ofType(recording.events, "code").length).toBeGreaterThan(0);
  });
});

test("Kulti's own events keep their order and times, and bad lines are reported", () => {
  const { events, skipped, format } = recordingOf([
    { type: "status", data: { status: "live" }, at: "2026-01-01T00:00:00Z", seq: 1 },
    { type: "thought", data: { thought_type: "general", content: "x".repeat(70_000) } },
    { type: "thought", data: { thought_type: "dream", content: "x" } },
    { type: "milestone", data: { label: "m", completed: true }, at: "2026-01-01T00:00:05+00:00" },
  ]);
  expect(format).toBe("kulti");
  expect(events.map(({ type }) => type)).toEqual(["status", "thought", "thought", "milestone"]);
  expect(events.at(-1)?.at).toBe("2026-01-01T00:00:05.000Z");
  expect(skipped).toMatchObject([{ where: "line 3" }]);
});

test("a truncated file is read up to its end", () => {
  const line = { type: "thought", data: { thought_type: "general", content: "a" } };
  const { events, skipped } = readRecording(`${JSON.stringify(line)}\n{"type":"thou`);
  expect(events.length).toBe(1);
  expect(skipped).toEqual([{ where: "line 2", why: "is not JSON" }]);
});

test.each(["", "hello", "[]", "{}", '{"a":1}\n{"b":2}'])("readRecording rejects %j", (text) => {
  expect(() => readRecording(text)).toThrow("Cannot read the recording");
});

test("readRecording detects each format of its table", () => {
  const one: Record<RecordingFormat, unknown> = {
    "swe-agent": { trajectory: [] },
    "mini-swe-agent": [
      { role: "system", content: "You are an agent." },
      { role: "user", content: "Fix it." },
    ],
    "claude-code": [{ type: "user", message: { role: "user", content: "Hello" } }],
    codex: [{ type: "session_meta", payload: {} }],
    kulti: [{ type: "task", data: { title: "t" } }],
  };
  expect(Object.keys(one)).toEqual(recordingFormats);
  for (const [format, content] of Object.entries(one)) {
    expect(readRecording(JSON.stringify(content)).format).toBe(format);
  }
});

test("readRecording names every format when it rejects a text", () => {
  expect(() => readRecording("{}")).toThrow(
    "Cannot read the recording: it is not an SWE-agent trajectory (.traj), a mini-SWE-agent trajectory, " +
      "a Claude Code transcript, a Codex transcript or Kulti's events as NDJSON.",
  );
});

test("readRecording does not mistake a format that shares one word with a known one", () => {
  const others = Array.from({ length: 12 }, () => ({ type: "step_start", part: {} }));
  expect(() => recordingOf([{ type: "reasoning", part: {} }, ...others])).toThrow("Cannot read");
});

// Formats drift, so any value in a field must give valid events and no error.
test("readRecording survives any value in any field", () => {
  const value = fc.anything({ withNullPrototype: false, maxDepth: 3 });
  const words = fc.constantFrom(
    ...["user", "assistant", "system", "summary", "result", "event_msg", "response_item"],
    ...["item.completed", "turn_context", "message", "function_call", "function_call_output"],
    ...["custom_tool_call", "token_count", "user_message", "tool_use", "tool_result", "text"],
    ...["Edit", "Write", "Bash", "TodoWrite", "Read", "apply_patch", "shell", "update_plan", "1"],
  );
  const fields = ["type", "name", "id", "call_id", "tool_use_id", "message", "payload", "content"];
  const more = ["input", "arguments", "output", "info", "usage", "timestamp", "item", "role"];
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      words,
      value,
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...fields, ...more), tie("node"), { maxKeys: 6 }),
    ),
  })).node;
  const line = fc.dictionary(fc.constantFrom(...fields, ...more), tree, { maxKeys: 8 });
  const heads = [
    { type: "assistant", message: { content: [] } },
    { type: "session_meta", payload: {} },
  ];
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.array(line, { maxLength: 8 }), (head, lines) => {
      const text = [head, head, head, head, head, ...lines]
        .map((entry) => safeJson(entry))
        .join("\n");
      checked(readRecording(text));
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 5 }), tree, tree, (trajectory, info, history) => {
      checked(readRecording(safeJson({ trajectory, info, history, replay_config: info })));
    }),
    { numRuns: 100 },
  );
});

function safeJson(value: unknown): string {
  const seen = (_: string, item: unknown): unknown =>
    typeof item === "bigint" ? String(item) : item;
  return JSON.stringify(value, seen) ?? "null";
}
