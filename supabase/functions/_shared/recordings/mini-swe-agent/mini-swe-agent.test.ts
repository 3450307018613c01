import { expect, test } from "vitest";
import { readRecording } from "../index.ts";
import { checked, ofType } from "../testing.ts";

const task = {
  role: "user",
  content:
    "Please solve:\n<pr_description>\nConsider the following PR description:\nFix f\n</pr_description>",
};
const run = (messages: object[], info: object = { exit_status: "Submitted" }) =>
  checked(readRecording(JSON.stringify({ info, messages })));

test("version 1: one command in a fence, its output in tags", () => {
  const messages = [
    { role: "system", content: "You are" },
    task,
    { role: "assistant", content: "THOUGHT: Look.\n\n```bash\nls\n```" },
    { role: "user", content: "<returncode>0</returncode>\n<output>\na.py\n</output>" },
    { role: "assistant", content: "I forgot the command." },
    { role: "user", content: "Please always provide EXACTLY ONE action." },
  ];
  const { events } = run(messages);
  expect(ofType(events, "task")).toEqual([{ title: "Fix f" }]);
  expect(ofType(events, "terminal")).toEqual([
    { stream: "input", text: "", command: "ls" },
    { stream: "stdout", text: "a.py\n", exit_code: 0 },
  ]);
  expect(ofType(events, "thought").at(-1)?.content).toContain("EXACTLY ONE");
  const bare = checked(readRecording(JSON.stringify(messages)));
  expect(bare.events.map(({ data }) => data)).toEqual(events.map(({ data }) => data));
});

const call = (id: string, command: string) => ({
  id,
  type: "function",
  function: { name: "bash", arguments: JSON.stringify({ command }) },
});
const answer = (second: number, command: string, usage: object) => ({
  timestamp: 1_770_000_000 + second,
  actions: [{ command }],
  cost: 0.5,
  response: { usage },
});
const output = (id: string, second: number, rawOutput: string, returncode = 0) => ({
  role: "tool",
  tool_call_id: id,
  content: "shortened",
  extra: { raw_output: rawOutput, returncode, timestamp: 1_770_000_000 + second },
});

test("version 2: several commands in one answer, times, whole outputs, usage", () => {
  const { events } = run(
    [
      task,
      {
        role: "assistant",
        content: "Look at both.",
        tool_calls: [call("1", "cat a"), call("2", "cat > b <<'EOF'\nB\nEOF")],
        extra: { ...answer(10, "", { prompt_tokens: 7, completion_tokens: 3 }), actions: [] },
      },
      output("1", 12, "A\n"),
      output("2", 15, ""),
      {
        role: "exit",
        content: "diff --git a/b b/b",
        extra: { exit_status: "Submitted", timestamp: 1_770_000_020 },
      },
    ],
    {
      exit_status: "Submitted",
      model_stats: { instance_cost: 0.5 },
      config: { model: { model_name: "m" } },
    },
  );
  expect(ofType(events, "terminal")).toEqual([
    { stream: "input", text: "", command: "cat a" },
    { stream: "stdout", text: "A\n", exit_code: 0 },
    { stream: "input", text: "", command: "cat > b <<'EOF'\nB\nEOF" },
    { stream: "stdout", text: "", exit_code: 0 },
    { stream: "stdout", text: "diff --git a/b b/b\n" },
  ]);
  expect(ofType(events, "code")).toEqual([{ filename: "b", action: "write", content: "B\n" }]);
  expect(ofType(events, "usage")).toEqual([
    { model: "m", input_tokens: 7, output_tokens: 3, cost_usd: 0.5 },
  ]);
  const [first, last] = [events[0], events.at(-1)].map((event) => Date.parse(event?.at ?? ""));
  expect((last ?? 0) - (first ?? 0)).toBe(10_000);
});

test("version 2 with the Responses API, and outputs as JSON with their middle left out", () => {
  const { events } = run([
    task,
    {
      object: "response",
      output: [
        { type: "reasoning", summary: [{ type: "summary_text", text: "Look first." }] },
        { type: "message", content: [{ type: "output_text", text: "Listing." }] },
        { type: "function_call", call_id: "1", name: "bash", arguments: '{"command":"ls"}' },
      ],
    },
    {
      type: "function_call_output",
      call_id: "1",
      output: '{"returncode":1,"output_head":"a","output_tail":"z","elided_chars":9}',
    },
  ]);
  expect(ofType(events, "thought").map(({ content }) => content)).toEqual([
    "Fix f",
    "Look first.",
    "Listing.",
  ]);
  expect(ofType(events, "terminal")).toEqual([
    { stream: "input", text: "", command: "ls" },
    { stream: "stdout", text: "a\n…\nz\n", exit_code: 1 },
  ]);
});

test("a run that failed says how", () => {
  const { events } = run(
    [task, { role: "exit", content: "LimitsExceeded", extra: { exit_status: "LimitsExceeded" } }],
    { exit_status: "LimitsExceeded" },
  );
  expect(ofType(events, "error")).toEqual([{ message: "The run ended with LimitsExceeded." }]);
});
