import { expect, test } from "vitest";
import { folded, ofType, recordingOf } from "../testing.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 10, 0, second)).toISOString();
let lines = 0;
const line = (second: number, type: string, rest: object): object => ({
  type,
  uuid: `u${++lines}`,
  timestamp: at(second),
  sessionId: "s",
  cwd: "/home/ada/app",
  ...rest,
});
const user = (second: number, content: unknown, rest: object = {}) =>
  line(second, "user", { message: { role: "user", content }, ...rest });
const assistant = (second: number, content: unknown[], message: object = {}, rest: object = {}) =>
  line(second, "assistant", {
    message: { id: `m${second}`, role: "assistant", model: "claude-x", content, ...message },
    ...rest,
  });
const use = (id: string, name: string, input: object) => ({ type: "tool_use", id, name, input });
const result = (id: string, content: unknown, rest: object = {}) => [
  { type: "tool_result", tool_use_id: id, content, ...rest },
];

test("a prompt, thinking and an answer", () => {
  const { events } = recordingOf([
    user(0, "# Fix the login\nIt fails on Mondays."),
    assistant(5, [{ type: "thinking", thinking: "Mondays…", signature: "x" }]),
    assistant(9, [{ type: "text", text: "Fixed." }], { stop_reason: "end_turn" }),
  ]);
  const task = { title: "Fix the login", description: "It fails on Mondays." };
  expect(ofType(events, "task")).toEqual([task]);
  expect(ofType(events, "thought")).toEqual([
    {
      thought_type: "prompt",
      content: "# Fix the login\nIt fails on Mondays.",
      priority: "headline",
    },
    { thought_type: "reasoning", content: "Mondays…" },
    { thought_type: "general", content: "Fixed.", priority: "headline" },
  ]);
  expect(ofType(events, "status").map(({ status }) => status)).toEqual([
    "working",
    "thinking",
    "waiting",
    "done",
  ]);
  expect(events.at(-2)?.at).toBe(at(9));
});

test("files are emitted after the tool's result, relative to the folder", () => {
  const { events } = recordingOf([
    assistant(1, [use("1", "Write", { file_path: "/home/ada/app/a.ts", content: "one\ntwo\n" })]),
    user(2, result("1", "File created successfully")),
    assistant(3, [
      use("2", "Edit", { file_path: "/home/ada/app/a.ts", old_string: "two", new_string: "2" }),
    ]),
    user(4, result("2", [{ type: "text", text: "The file has been updated." }])),
    assistant(5, [
      use("3", "Edit", { file_path: "/home/ada/app/a.ts", old_string: "nine", new_string: "9" }),
    ]),
    user(
      6,
      result("3", "<tool_use_error>String to replace not found</tool_use_error>", {
        is_error: true,
      }),
    ),
    assistant(7, [
      use("4", "MultiEdit", {
        file_path: "/home/ada/app/a.ts",
        edits: [
          { old_string: "one", new_string: "1" },
          { old_string: "1\n", new_string: "I\n" },
        ],
      }),
    ]),
    user(8, result("4", "ok")),
    assistant(9, [
      use("5", "Write", { file_path: "/home/ada/app/b.ts", content: "never answered" }),
    ]),
  ]);
  expect(folded(events).files.get("a.ts")?.content).toBe("I\n2\n");
  expect(ofType(events, "code").length).toBe(3);
  expect(ofType(events, "error")).toEqual([
    { message: "Edit: String to replace not found", file: "a.ts" },
  ]);
});

test("a file that was read is shown whole at its first edit, with every occurrence replaced", () => {
  const { events } = recordingOf([
    assistant(1, [use("1", "Read", { file_path: "/home/ada/app/c.py" })]),
    user(2, result("1", "     1→x = 1\n     2→y = x\n     3→print(x)")),
    assistant(3, [
      use("2", "Edit", {
        file_path: "/home/ada/app/c.py",
        old_string: "x",
        new_string: "z",
        replace_all: true,
      }),
    ]),
    user(4, result("2", "ok")),
  ]);
  expect(ofType(events, "code")).toEqual([
    { filename: "c.py", action: "edit", content: "z = 1\ny = z\nprint(z)" },
  ]);
});

test("the original content in the result is used as well", () => {
  const { events } = recordingOf([
    assistant(1, [
      use("1", "Edit", { file_path: "/home/ada/app/d.py", old_string: "b", new_string: "B" }),
    ]),
    user(2, result("1", "ok"), {
      toolUseResult: { originalFile: "a\nb\n", filePath: "/home/ada/app/d.py" },
    }),
  ]);
  expect(folded(events).files.get("d.py")?.content).toBe("a\nB\n");
});

test("commands with their output, exit code and what they do to files", () => {
  const { events } = recordingOf([
    assistant(1, [
      use("1", "Bash", { command: "cat > n.txt <<'EOF'\nhi\nEOF", description: "Make n" }),
    ]),
    user(2, result("1", ""), { toolUseResult: { stdout: "", stderr: "", interrupted: false } }),
    assistant(3, [use("2", "Bash", { command: "npm test" })]),
    user(4, result("2", "Exit code 2\n\u001b[31mboom\u001b[0m", { is_error: true })),
    assistant(5, [use("3", "Bash", { command: "rm n.txt" })]),
    user(6, result("3", "")),
    user(7, "<bash-input>ls</bash-input>"),
    user(8, "<bash-stdout>a.ts</bash-stdout><bash-stderr></bash-stderr>"),
  ]);
  expect(ofType(events, "terminal").filter(({ command }) => !command)).toEqual([
    { stream: "stdout", text: "", exit_code: 0 },
    { stream: "stderr", text: "\u001b[31mboom\u001b[0m\n", exit_code: 2 },
    { stream: "stdout", text: "", exit_code: 0 },
    { stream: "stdout", text: "a.ts\n" },
  ]);
  expect(ofType(events, "code").map(({ action }) => action)).toEqual(["write", "delete"]);
});

test("to-do lists, in both of their forms, are milestones", () => {
  const todos = (first: string, second: string) => ({
    todos: [
      { content: "Find it", status: first, activeForm: "Finding it" },
      { content: "Fix it", status: second, activeForm: "Fixing it" },
    ],
  });
  const { events } = recordingOf([
    assistant(1, [use("1", "TodoWrite", todos("in_progress", "pending"))]),
    user(2, result("1", "ok")),
    assistant(3, [use("2", "TodoWrite", todos("completed", "in_progress"))]),
    assistant(4, [use("3", "TaskCreate", { subject: "Ship it" })]),
    user(5, result("3", "Task #1 created successfully: Ship it")),
    assistant(6, [use("4", "TaskUpdate", { taskId: "1", status: "completed" })]),
    user(7, result("4", "Updated task #1 status")),
  ]);
  expect(ofType(events, "milestone")).toEqual([
    { label: "Find it", completed: false },
    { label: "Fix it", completed: false },
    { label: "Find it", completed: true },
    { label: "Ship it", completed: false },
    { label: "Ship it", completed: true },
  ]);
});

test("events of subagents, the program and its commands stay in the background", () => {
  const { events, skipped } = recordingOf([
    line(0, "file-history-snapshot", { messageId: "x" }),
    user(1, "Caveat: generated by local commands", { isMeta: true }),
    user(2, "<command-name>/model</command-name><command-args>opus</command-args>"),
    user(3, "Explore the code", { isSidechain: true }),
    assistant(
      4,
      [{ type: "text", text: "Looking" }],
      { stop_reason: "end_turn" },
      { isSidechain: true },
    ),
    user(5, "<system-reminder>Be kind</system-reminder>Go on"),
    user(6, [{ type: "text", text: "[Request interrupted by user]" }]),
    line(7, "system", { subtype: "compact_boundary", content: "Conversation compacted" }),
    line(8, "new-thing-of-2027", {}),
    assistant(9, [{ type: "text", text: "API Error: 529" }], {}, { isApiErrorMessage: true }),
  ]);
  expect(ofType(events, "task")).toEqual([{ title: "Go on" }]);
  expect(
    ofType(events, "thought").map(({ thought_type: thoughtType, content }) => [
      thoughtType,
      content,
    ]),
  ).toEqual([
    ["context", "/model opus"],
    ["context", "Explore the code"],
    ["general", "Looking"],
    ["prompt", "Go on"],
    ["observation", "Interrupted by the user."],
    ["context", "Conversation compacted"],
  ]);
  expect(ofType(events, "error")).toEqual([{ message: "API Error: 529" }]);
  expect(skipped).toEqual([{ where: "line 9", why: "has the unknown type new-thing-of-2027" }]);
});

test("usage counts once per message, the last line of it", () => {
  const usage = (outputTokens: number) => ({
    id: "same",
    usage: {
      input_tokens: 3,
      cache_creation_input_tokens: 10,
      cache_read_input_tokens: 100,
      output_tokens: outputTokens,
    },
  });
  const { events } = recordingOf([
    assistant(1, [{ type: "text", text: "a" }], usage(1)),
    assistant(2, [{ type: "text", text: "b" }], usage(9)),
    line(3, "result", { total_cost_usd: 0.25, is_error: false }),
  ]);
  expect(ofType(events, "usage")).toEqual([
    { model: "claude-x", input_tokens: 113, output_tokens: 9 },
    { cost_usd: 0.25 },
  ]);
});

test("lines that a resumed session repeats count once", () => {
  const once = [user(0, "Hello"), assistant(1, [{ type: "text", text: "Hi." }])];
  const { events } = recordingOf([...once, ...once, user(5, "Again")]);
  expect(ofType(events, "thought").map(({ content }) => content)).toEqual([
    "Hello",
    "Hi.",
    "Again",
  ]);
});

test("usage counts once per message when two of them take turns", () => {
  const part = (second: number, id: string, outputTokens: number) =>
    assistant(second, [{ type: "text", text: `${id} ${second}` }], {
      id,
      usage: { input_tokens: 1, output_tokens: outputTokens },
    });
  const { events } = recordingOf([part(0, "a", 1), part(1, "b", 5), part(2, "a", 9)]);
  expect(ofType(events, "usage").map(({ output_tokens: outputTokens }) => outputTokens)).toEqual([
    5, 9,
  ]);
});

test("queued prompts, slash commands and local commands", () => {
  const { events } = recordingOf([
    user(0, "Expanded command", { isMeta: true }),
    line(1, "attachment", { attachment: { type: "queued_command", prompt: "And the tests?" } }),
    line(2, "system", {
      subtype: "local_command",
      content: "<local-command-stdout>ok</local-command-stdout>",
    }),
  ]);
  expect(ofType(events, "thought")).toEqual([
    {
      thought_type: "context",
      content: "Expanded command",
      priority: "detail",
      metadata: { kind: "command" },
    },
    { thought_type: "prompt", content: "And the tests?", priority: "headline" },
  ]);
  expect(ofType(events, "terminal")).toEqual([{ stream: "stdout", text: "ok\n" }]);
});

test("a tool's input is shown under its line, and a pattern keeps its stars", () => {
  const { events } = recordingOf([
    assistant(0, [use("1", "Glob", { pattern: "**/*.md" })]),
    assistant(1, [use("2", "mcp__radio__scan", { seconds: 5, band: "2.4" })]),
    assistant(2, [
      use("3", "Task", { description: "Look", prompt: "Look for wrens.\nBoth kinds." }),
    ]),
    user(
      3,
      result("2", [
        { type: "text", text: "two" },
        { type: "image", source: {} },
      ]),
    ),
  ]);
  expect(ofType(events, "thought").map(({ content }) => content)).toEqual([
    "Glob **/*.md",
    "radio: scan\n\nseconds: 5\nband: 2.4",
    "Task Look\n\ndescription: Look\nprompt: Look for wrens.\nBoth kinds.",
    "two\n[image]",
  ]);
});

test("an edit that does not apply is replaced by the result's patch", () => {
  const path = "/home/ada/app/a.ts";
  const patched = {
    originalFile: "let a = “1”;\nlet b;\n",
    structuredPatch: [
      {
        oldStart: 1,
        oldLines: 2,
        newStart: 1,
        newLines: 2,
        lines: ["-let a = “1”;", "+let a;", " let b;"],
      },
    ],
  };
  const { events } = recordingOf([
    assistant(0, [
      use("1", "Edit", { file_path: path, old_string: 'let a = "1";', new_string: "let a;" }),
    ]),
    user(1, result("1", "updated"), { toolUseResult: patched }),
    assistant(2, [
      use("2", "MultiEdit", {
        file_path: path,
        edits: [
          { old_string: "let", new_string: "const", replace_all: true },
          { old_string: "const b", new_string: "let b" },
        ],
      }),
    ]),
    user(3, result("2", "updated")),
  ]);
  expect(folded(events).files.get("a.ts")?.content).toBe("const a;\nlet b;\n");
});

test("a notebook is shown whole after a cell edit", () => {
  const input = { notebook_path: "/home/ada/app/n.ipynb", new_source: "1 + 1" };
  const { events } = recordingOf([
    assistant(0, [use("1", "NotebookEdit", input)]),
    user(1, result("1", "updated"), { toolUseResult: { ...input, updated_file: '{"cells":[]}' } }),
  ]);
  expect(ofType(events, "code")).toEqual([
    { filename: "n.ipynb", action: "edit", content: '{"cells":[]}' },
  ]);
});

test("an export with its lines in one JSON object", () => {
  const lines = { loglines: [user(0, "Hello")] };
  const { events, format } = recordingOf([lines]);
  expect([format, ofType(events, "task")]).toEqual(["claude-code", [{ title: "Hello" }]]);
});

test("subagents that worked at the same time are interleaved, and a clock that jumps back moves nothing", () => {
  const side = { isSidechain: true };
  const say = (second: number, text: string, rest: object = {}) =>
    assistant(second, [{ type: "text", text }], {}, rest);
  const { events } = recordingOf([
    say(0, "begin"),
    say(1, "a1", side),
    say(5, "a2", side),
    say(2, "b1", side),
    say(6, "b2", side),
    say(9, "both are done"),
    say(4, "the clock was wrong"),
  ]);
  expect(ofType(events, "thought").map(({ content }) => content)).toEqual([
    ...["begin", "a1", "b1", "a2", "b2", "both are done", "the clock was wrong"],
  ]);
  expect(events.filter(({ type }) => type === "thought").map((event) => event.at)).toEqual(
    [0, 1, 2, 5, 6, 9, 9].map(at),
  );
});

test("the file of a subagent alone is read as a run", () => {
  const side = { isSidechain: true };
  const { events } = recordingOf([
    user(0, "Look for wrens.", side),
    assistant(1, [{ type: "text", text: "Two." }], { stop_reason: "end_turn" }, side),
  ]);
  expect(ofType(events, "task")).toEqual([{ title: "Look for wrens." }]);
  expect(ofType(events, "thought").at(-1)).toEqual({
    thought_type: "general",
    content: "Two.",
    priority: "headline",
  });
});
