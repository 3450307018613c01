import { expect, test } from "vitest";
import { readRecording } from "../index.ts";
import { checked, folded, ofType } from "../testing.ts";

const state = { open_file: "/repo/src/a.py", working_dir: "/repo" };
const step = (action: string, observation: string, rest: object = {}) => ({
  action,
  observation,
  thought: `About ${action.split(/\s/)[0]}.`,
  execution_time: 2,
  state,
  ...rest,
});
const run = (trajectory: unknown[], rest: object = {}) =>
  checked(
    readRecording(
      JSON.stringify({ environment: "main", trajectory, history: [], info: {}, ...rest }),
    ),
  );
const window = (path: string, lines: string[], first = 1, total = lines.length) =>
  [
    `[File: ${path} (${total} lines total)]`,
    ...(first > 1 ? [`(${first - 1} more lines above)`] : []),
  ]
    .concat(lines.map((line, index) => `${first + index}:${line}`))
    .join("\r\n");

test("the issue inside the instructions is the task, demonstrations are not", () => {
  const ask = (issue: string) => `We're solving\nISSUE:\n${issue}\n\n\nINSTRUCTIONS:\nNow go.`;
  const { events } = run([], {
    history: [
      { role: "system", content: "SETTING" },
      { role: "user", content: ask("Demo issue"), is_demo: true },
      { role: "user", content: [{ type: "text", text: ask("Crash on start\n\nIt crashes.") }] },
    ],
  });
  expect(ofType(events, "task")).toEqual([{ title: "Crash on start", description: "It crashes." }]);
});

test("time: thinking is estimated, an action takes its recorded time", () => {
  const { events } = run([step("ls", "a.py")]);
  const [command, output] = events.filter(({ type }) => type === "terminal");
  expect(Date.parse(output?.at ?? "") - Date.parse(command?.at ?? "")).toBe(2_000);
});

test("created and inserted lines become the file", () => {
  const { events } = run([
    step("create src/a.py", window("src/a.py", [""])),
    step("insert 'import os\nprint(os)'", window("/repo/src/a.py", ["", "import os", "print(os)"])),
    step("python src/a.py", "<module>"),
    step("rm src/a.py", ""),
  ]);
  const content = (count: number) => folded(events.slice(0, count)).files.get("src/a.py");
  const inserted = events.findLastIndex(
    ({ type, data }) => type === "code" && data.action === "edit",
  );
  expect(content(inserted + 1)?.content).toBe("\nimport os\nprint(os)");
  expect(content(events.length)?.deleted).toBe(true);
});

test("an edit of a partly seen file is shown as a replacement", () => {
  const { events } = run([
    step('open "src/a.py" 100', window("src/a.py", ["x = 1", "y = 2"], 99, 500)),
    step(
      "edit 'x = 1' 'x = '\"'\"'one'\"'\"''",
      `Text replaced.\n${window("/repo/src/a.py", ["x = 'one'"], 99, 500)}`,
    ),
  ]);
  expect(ofType(events, "code")).toEqual([
    { filename: "src/a.py", action: "edit", edits: [{ old_text: "x = 1", new_text: "x = 'one'" }] },
  ]);
});

test("a whole window overrides the edit", () => {
  const { events } = run([
    step("open src/a.py", window("src/a.py", ["a", "b", "a"])),
    step(
      "edit 'a' 'c' True",
      `Replaced 2 occurrences.\n${window("/repo/src/a.py", ["c", "b", "c"])}`,
    ),
  ]);
  expect(folded(events).files.get("src/a.py")?.content).toBe("c\nb\nc");
});

test("an edit that was refused is an error and changes nothing", () => {
  const refusal =
    "Your proposed edit has introduced new syntax error(s). Please read this error message carefully and then retry editing the file.\n\n" +
    "ERRORS:\n\n- E999 IndentationError: unexpected indent\n" +
    `This is how your edit would have looked if applied\n---\n${window("/repo/src/a.py", ["  x"])}`;
  const { events } = run([step("edit 'x' '  x'", refusal)]);
  expect(ofType(events, "code")).toEqual([]);
  expect(ofType(events, "error")).toEqual([
    { message: "E999 IndentationError: unexpected indent", file: "src/a.py" },
  ]);
});

test("the older edit by line numbers takes the lines it removes from the window", () => {
  const { events } = run([
    step("open src/a.py 10", window("src/a.py", ["a", "b", "c"], 10, 50)),
    step(
      "edit 11:12\nB\nC\nD\nend_of_edit",
      `[File updated]\n${window("/repo/src/a.py", ["a", "B", "C", "D"], 10, 51)}`,
      {
        state: JSON.stringify(state),
      },
    ),
  ]);
  expect(ofType(events, "code")).toMatchObject([
    { edits: [{ start: 11, removed: ["b", "c"], added: ["B", "C", "D"] }] },
  ]);
});

test("the newer editor", () => {
  const editor = (args: string) => `str_replace_editor ${args}`;
  const { events } = run([
    step(editor("view /repo/src/b.py --view_range 1 2"), "     1\tx\n     2\ty"),
    step(
      editor("create /repo/src/b.py --file_text 'x\ny\n'"),
      "File created successfully at: /repo/src/b.py",
    ),
    step(
      editor("str_replace /repo/src/b.py --old_str y --new_str 'z z'"),
      "The file /repo/src/b.py has been edited.",
    ),
    step(
      editor("str_replace /repo/src/b.py --old_str nope --new_str q"),
      "No replacement was performed, old_str `nope` did not appear.",
    ),
    step(
      editor("insert /repo/src/b.py --insert_line 1 --new_str 'w'"),
      "The file /repo/src/b.py has been edited.",
    ),
  ]);
  expect(folded(events).files.get("src/b.py")?.content).toBe("x\nw\nz z\n");
  expect(ofType(events, "error").length).toBe(1);
});

test("the end: cost, and a run that was not submitted", () => {
  const { events } = run([step("submit", "\ndiff --git a b")], {
    info: {
      exit_status: "exit_cost",
      model_stats: { instance_cost: 0.5, tokens_sent: 10, tokens_received: 2, api_calls: 1 },
    },
    replay_config: JSON.stringify({ agent: { model: { name: "gpt-4o" } } }),
  });
  expect(ofType(events, "usage")).toEqual([
    { model: "gpt-4o", input_tokens: 10, output_tokens: 2, cost_usd: 0.5 },
  ]);
  expect(ofType(events, "error")).toEqual([{ message: "The run ended with exit_cost." }]);
  expect(ofType(events, "status").at(-1)).toEqual({ status: "done" });
});

test("a run with its conversation alone", () => {
  const history = [
    { role: "user", content: "The challenge:\nFind it.\n\nINSTRUCTIONS:\nGo." },
    { role: "assistant", content: "I look.", thought: "I look.", action: 'open "/repo/a.py"' },
    { role: "tool", content: `OBSERVATION:\n${window("/repo/a.py", ["x"])}` },
    { role: "assistant", content: "I edit.", thought: "I edit.", action: "edit 'x' 'y'" },
    { role: "tool", content: `Text replaced.\n${window("/repo/a.py", ["y"])}` },
  ];
  const { events } = checked(readRecording(JSON.stringify({ history })));
  expect(ofType(events, "thought").map(({ content }) => content)).toEqual([
    ...["The challenge:\nFind it.", "I look.", 'open "/repo/a.py"', "I edit.", "Edit /repo/a.py"],
  ]);
  expect(folded(events).files.get("/repo/a.py")?.content).toBe("y");
});

test("an edit with cursors instead of line numbers", () => {
  const cursors = (before: string[], marked: string[], after: string[]) =>
    [
      "[File: /repo/src/a.py (40 lines total)]",
      "(9 more lines above)",
      ...before.map((line, index) => `${10 + index}:${line}`),
      "<<<<< START CURSOR >>>>>",
      ...marked.map((line, index) => `${10 + before.length + index}:${line}`),
      "<<<<< END CURSOR >>>>>",
      ...after.map((line, index) => `${10 + before.length + marked.length + index}:${line}`),
    ].join("\n");
  const { events, skipped } = run([
    step("set_cursors 11 12", cursors(["a"], ["b", "c"], ["d"])),
    step("edit\nfrom x import y\nend_of_edit", cursors(["a"], ["from x import y"], ["d"])),
  ]);
  expect(skipped).toEqual([]);
  expect(ofType(events, "code")).toMatchObject([
    { edits: [{ start: 11, removed: ["b", "c"], added: ["from x import y"] }] },
  ]);
});

test("an edit without lines removes some", () => {
  const { events } = run([
    step("open src/a.py 10", window("src/a.py", ["a", "b", "c"], 10, 50)),
    step("edit 11:12\nend_of_edit", window("/repo/src/a.py", ["a"], 10, 48)),
  ]);
  expect(ofType(events, "code")).toMatchObject([
    { edits: [{ start: 11, removed: ["b", "c"], added: [] }] },
  ]);
});

test("a file that the newer editor has shown whole is shown whole at its first change", () => {
  const { events } = run([
    step(
      "str_replace_editor view /repo/a.py",
      "Here's the result of running `cat -n` on /repo/a.py:\n     1\ta = 1\n     2\tb = 2\n     3\t\n",
    ),
    step(
      "str_replace_editor str_replace /repo/a.py --old_str 'b = 2' --new_str 'b = 3'",
      "The file /repo/a.py has been edited.",
    ),
  ]);
  expect(ofType(events, "code")).toEqual([
    { filename: "a.py", action: "edit", content: "a = 1\nb = 3\n" },
  ]);
});
