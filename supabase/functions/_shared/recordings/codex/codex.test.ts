import { expect, test } from "vitest";
import { folded, ofType, recordingOf } from "../testing.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 10, 0, second)).toISOString();
const line = (second: number, type: string, payload: object) => ({
  timestamp: at(second),
  type,
  payload,
});
const item = (second: number, payload: object) => line(second, "response_item", payload);
const call = (second: number, callId: string, name: string, args: object) =>
  item(second, { type: "function_call", name, call_id: callId, arguments: JSON.stringify(args) });
const output = (second: number, callId: string, text: unknown) =>
  item(second, { type: "function_call_output", call_id: callId, output: text });
const meta = line(0, "session_meta", { id: "s", cwd: "/home/ada/app" });

test("events that the file holds twice appear once", () => {
  const { events } = recordingOf([
    meta,
    line(0, "turn_context", { model: "gpt-5-codex", cwd: "/home/ada/app" }),
    item(0, {
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: "<environment_context>x" }],
    }),
    item(1, { type: "message", role: "user", content: [{ type: "input_text", text: "Do it" }] }),
    line(1, "event_msg", { type: "user_message", message: "Do it" }),
    line(2, "event_msg", { type: "agent_reasoning", text: "**Thinking** hard" }),
    item(2, { type: "reasoning", summary: [{ type: "summary_text", text: "**Thinking** hard" }] }),
    line(3, "event_msg", { type: "agent_message", message: "Done." }),
    item(3, {
      type: "message",
      role: "assistant",
      content: [{ type: "output_text", text: "Done." }],
    }),
  ]);
  expect(ofType(events, "task")).toEqual([{ title: "Do it" }]);
  expect(
    ofType(events, "thought").map(({ thought_type: thoughtType, content }) => [
      thoughtType,
      content,
    ]),
  ).toEqual([
    ["prompt", "Do it"],
    ["reasoning", "**Thinking** hard"],
    ["general", "Done."],
  ]);
});

test("commands in their several forms", () => {
  const { events } = recordingOf([
    meta,
    call(1, "1", "exec_command", { cmd: "ls", workdir: "/home/ada/app" }),
    output(
      2,
      "1",
      "Chunk ID: a\nWall time: 0.01 seconds\nProcess exited with code 0\nOriginal token count: 3\nOutput:\na.ts\n",
    ),
    call(3, "2", "shell", { command: ["bash", "-lc", "npm test | tail"] }),
    output(
      4,
      "2",
      JSON.stringify({ output: "1 failed\n", metadata: { exit_code: 1, duration_seconds: 2 } }),
    ),
    call(5, "3", "shell", { command: ["git", "commit", "-m", "it's done"] }),
    output(6, "3", [{ type: "input_text", text: "[main 1] it's done" }]),
    item(7, { type: "local_shell_call", call_id: "4", action: { type: "exec", command: ["pwd"] } }),
    output(8, "4", "Exit code: 0\nWall time: 0 seconds\nOutput:\n/home\n"),
    call(9, "5", "write_stdin", { session_id: 1, chars: "yes\n" }),
    output(
      10,
      "5",
      "Chunk ID: b\nWall time: 1 seconds\nProcess running with session ID 1\nOutput:\nsure?",
    ),
  ]);
  expect(ofType(events, "terminal")).toEqual([
    { stream: "input", text: "", command: "ls" },
    { stream: "stdout", text: "a.ts\n", exit_code: 0 },
    { stream: "input", text: "", command: "npm test | tail" },
    { stream: "stdout", text: "1 failed\n", exit_code: 1 },
    { stream: "input", text: "", command: "git commit -m 'it'\\''s done'" },
    { stream: "stdout", text: "[main 1] it's done\n" },
    { stream: "input", text: "", command: "pwd" },
    { stream: "stdout", text: "/home\n", exit_code: 0 },
    { stream: "input", text: "yes\n" },
    { stream: "stdout", text: "sure?\n" },
  ]);
});

test("patches add, update, move and delete; one that failed does not", () => {
  const patch = (second: number, id: string, body: string[], code = 0) => [
    item(second, {
      type: "custom_tool_call",
      name: "apply_patch",
      call_id: id,
      input: ["*** Begin Patch", ...body, "*** End Patch", ""].join("\n"),
    }),
    item(second, {
      type: "custom_tool_call_output",
      call_id: id,
      output: JSON.stringify({
        output: code ? "Failed to find lines" : "Success.",
        metadata: { exit_code: code },
      }),
    }),
  ];
  const { events, skipped } = recordingOf([
    meta,
    ...patch(1, "1", [
      "*** Add File: a.py",
      "+import os",
      "+",
      "+def f():",
      "+    return 1",
      "*** Add File: b.py",
      "+b",
    ]),
    ...patch(2, "2", [
      "*** Update File: a.py",
      "@@ def f():",
      "-    return 1",
      "+    return 2",
      "@@",
      "-import os",
      "-",
    ]),
    ...patch(3, "3", ["*** Update File: a.py", "*** Move to: c.py", "@@ def f():", "+    # two"]),
    ...patch(4, "4", ["*** Update File: c.py", "@@", "-nowhere", "+x"], 1),
    ...patch(5, "5", ["*** Delete File: b.py"]),
    ...patch(6, "6", ["*** Update File: unseen.py", "+at the end"]),
    call(7, "7", "shell", {
      command: [
        "bash",
        "-lc",
        "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: /home/ada/app/d.py\n+d\n*** End Patch\nEOF",
      ],
    }),
    output(8, "7", JSON.stringify({ output: "Success.", metadata: { exit_code: 0 } })),
  ]);
  const { files } = folded(events);
  expect(files.get("c.py")).toMatchObject({
    content: "def f():\n    # two\n    return 2\n",
    renamed_from: "a.py",
  });
  expect(files.get("b.py")?.deleted).toBe(true);
  expect(files.get("d.py")?.content).toBe("d\n");
  expect(ofType(events, "error")).toEqual([{ message: "apply_patch: Failed to find lines" }]);
  expect(skipped.map(({ why }) => why)).toEqual(["has a change of unseen.py without a place"]);
});

test("plans become milestones, counters become usage, stops and errors are kept", () => {
  const counters = (second: number, inputTokens: number, outputTokens: number) =>
    line(second, "event_msg", {
      type: "token_count",
      info: {
        total_token_usage: { input_tokens: inputTokens, output_tokens: outputTokens },
        model_context_window: 1,
      },
    });
  const { events } = recordingOf([
    meta,
    line(0, "turn_context", { model: "gpt-5" }),
    call(1, "1", "update_plan", {
      explanation: "First this",
      plan: [{ step: "A", status: "in_progress" }],
    }),
    output(1, "1", "Plan updated"),
    counters(2, 100, 10),
    counters(3, 100, 10),
    counters(4, 150, 30),
    line(5, "event_msg", { type: "token_count", info: null }),
    call(6, "2", "update_plan", { plan: [{ step: "A", status: "completed" }] }),
    call(7, "3", "github__search_issues", { query: "bug" }),
    output(7, "3", "nothing"),
    line(8, "event_msg", { type: "error", message: "stream disconnected" }),
    line(9, "event_msg", { type: "turn_aborted", reason: "interrupted" }),
  ]);
  expect(ofType(events, "milestone")).toEqual([
    { label: "A", completed: false },
    { label: "A", completed: true },
  ]);
  expect(ofType(events, "usage")).toEqual([
    { model: "gpt-5", input_tokens: 100, output_tokens: 10 },
    { model: "gpt-5", input_tokens: 50, output_tokens: 20 },
  ]);
  expect(ofType(events, "thought").map(({ content }) => content)).toEqual([
    ...["First this", "github: search_issues bug", "nothing", "Interrupted by the user."],
  ]);
  expect(ofType(events, "error")).toEqual([{ message: "stream disconnected" }]);
});

test("the older files without envelopes", () => {
  const { events } = recordingOf([
    { id: "s", timestamp: at(0), instructions: null },
    { record_type: "state" },
    {
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: "<environment_context>\n<cwd>/home/ada/app</cwd>" }],
    },
    { type: "message", role: "user", content: [{ type: "input_text", text: "Hello" }] },
    {
      type: "function_call",
      name: "shell",
      call_id: "0",
      arguments: JSON.stringify({
        command: ["bash", "-lc", "cd /home/ada/app && cat > b.txt <<'EOF'\nb\nEOF"],
      }),
    },
    {
      type: "function_call_output",
      call_id: "0",
      output: '{"output":"","metadata":{"exit_code":0}}',
    },
    { type: "function_call", name: "shell", call_id: "1", arguments: '{"command":["ls"]}' },
    {
      type: "function_call_output",
      call_id: "1",
      output: '{"output":"a","metadata":{"exit_code":0}}',
    },
  ]);
  expect(events.map(({ type }) => type)).toEqual([
    "status",
    "task",
    "thought",
    "terminal",
    "terminal",
    "code",
    "terminal",
    "terminal",
    "status",
  ]);
  expect(ofType(events, "code")).toEqual([{ filename: "b.txt", action: "write", content: "b\n" }]);
});

test("the output of codex exec", () => {
  const { events } = recordingOf([
    { type: "thread.started", thread_id: "t" },
    { type: "turn.started" },
    { type: "item.completed", item: { type: "reasoning", text: "Hm" } },
    {
      type: "item.completed",
      item: { type: "command_execution", command: "ls", aggregated_output: "a\n", exit_code: 0 },
    },
    {
      type: "item.completed",
      item: { type: "todo_list", items: [{ text: "A", completed: true }] },
    },
    { type: "item.completed", item: { type: "agent_message", text: "Done" } },
    { type: "turn.completed", usage: { input_tokens: 5, output_tokens: 6 } },
  ]);
  expect(events.map(({ type }) => type)).toEqual([
    "thought",
    "terminal",
    "terminal",
    "milestone",
    "thought",
    "usage",
    "status",
    "status",
  ]);
});

test("a patch of a known file applies by its anchors and order", () => {
  const { events } = recordingOf([
    item(1, {
      type: "custom_tool_call",
      name: "apply_patch",
      call_id: "1",
      input:
        "*** Begin Patch\n*** Add File: a.py\n+def f():\n+    return 1\n+\n+def g():\n+    return 1\n*** End Patch",
    }),
    item(2, { type: "custom_tool_call_output", call_id: "1", output: "Success" }),
    item(3, {
      type: "custom_tool_call",
      name: "apply_patch",
      call_id: "2",
      input:
        "*** Begin Patch\n*** Update File: a.py\n@@ def g():\n-    return 1\n+    return 2\n@@\n+# the end\n*** End Patch",
    }),
    item(4, { type: "custom_tool_call_output", call_id: "2", output: "Success" }),
  ]);
  expect(folded(events).files.get("a.py")?.content).toBe(
    "def f():\n    return 1\n\ndef g():\n    return 2\n# the end\n",
  );
});

test("counters of the last turn alone are added up", () => {
  const count = (second: number, inputTokens: number) =>
    line(second, "event_msg", {
      type: "token_count",
      info: { last_token_usage: { input_tokens: inputTokens, output_tokens: 1 } },
    });
  const { events } = recordingOf([meta, count(1, 10), count(2, 20)]);
  expect(ofType(events, "usage").map(({ input_tokens: inputTokens }) => inputTokens)).toEqual([
    10, 20,
  ]);
});
