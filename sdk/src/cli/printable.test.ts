import { expect, test } from "vitest";
import { messageOf, sessionOf } from "../../test/session.ts";
import { printable, printableMessage } from "../agent/printable.ts";
import { createReport } from "../agent/problem.ts";
import {
  exportAsciicast,
  exportMarkdown,
  exportNdjson,
  type RecordedSession,
} from "../export/index.ts";
import { jsonLine } from "../export/json-line.ts";
import { createOutput } from "./output.ts";

/** Colour, the window's title, the clipboard, a question to the terminal, each also with one character for ESC [. */
const hostile =
  "a\u001b[31mb\u001b]0;owned\u0007c\u001b]52;c;aGk=\u001b\\d\u001b[6ne\u009b31mf\u009d0;x\u009cg\u007fh\u0000i";

/** What a terminal would obey: escapes and the controls beyond tab and line break. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u;

const head = {
  task: { title: `Fix ${hostile}`, description: hostile },
  goal: { title: hostile },
  agent_name: hostile,
  latest: hostile,
};

const session = sessionOf(
  [
    [0, "task", { title: hostile, description: hostile }],
    [0, "goal", { title: hostile }],
    [1, "thought", { thought_type: "prompt", content: hostile, metadata: { tool: hostile } }],
    [1, "thought", { thought_type: "general", content: `~~~\n${hostile}\n~~~` }],
    [2, "code", { filename: hostile, language: hostile, action: "write", content: hostile }],
    [
      2,
      "code",
      {
        filename: hostile,
        action: "edit",
        edits: [
          { old_text: hostile, new_text: hostile },
          { start: 1, removed: [hostile], added: [hostile] },
        ],
      },
    ],
    [3, "terminal", { stream: "input", command: hostile, text: "" }],
    [4, "milestone", { label: hostile, completed: true }],
    [5, "error", { message: hostile, file: hostile, stack: hostile, recovery_strategy: hostile }],
    [6, "usage", { model: hostile }],
  ],
  { head, messages: [messageOf(1, 7, hostile, hostile)] },
);

test("the hostile text is hostile: the positive control", () => {
  expect(hostile).toMatch(controls);
  expect(JSON.stringify(hostile)).toMatch(controls);
});

test.each<[string, (session: RecordedSession) => Iterable<string>]>([
  ["NDJSON", exportNdjson],
  ["Markdown", exportMarkdown],
  ["an asciicast", exportAsciicast],
])("%s, written to a terminal, controls nothing", (_name, write) => {
  const text = [...write(session)].join("");
  expect(text).toContain("owned");
  expect(text).not.toMatch(controls);
});

test("a cast holds no foreign control characters in its title, markers and keys", () => {
  const [header, ...steps] = [...exportAsciicast(session)].map((line) => JSON.parse(line));
  expect(header.title).not.toMatch(controls);
  const ofCode = (code: string) =>
    steps.filter((step) => step[1] === code).map((step) => step[2] as string);
  expect(ofCode("m").join("")).toContain("owned");
  expect(ofCode("m").join("")).not.toMatch(controls);
  // The return at the end of a command is the cast's own.
  expect(ofCode("i").join("")).toContain("owned");
  expect(ofCode("i").join("").replace(/\r$/, "")).not.toMatch(controls);
});

test("jsonLine reads back unchanged", () => {
  expect(JSON.parse(jsonLine({ text: hostile }))).toEqual({ text: hostile });
});

test("the command line prints no control characters and no key", () => {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    write(text: string) {
      written[name] += text;
    },
  });
  const streams = { stdout: stream("stdout"), stderr: stream("stderr") };
  const key = `klt_${"k".repeat(43)}`;
  const secret = `Cannot reach https://agent:${key}@kulti.example/ingest/${key}: ${hostile}`;
  for (const isJson of [false, true]) {
    const out = createOutput(streams, {}, isJson);
    out.print(`KULTI_API_KEY=${key}\t${hostile}`);
    out.json({ text: hostile });
    out.note(secret);
    out.complain(secret);
  }
  expect(written.stdout).toContain(`${key}\t`);
  expect(written.stdout).not.toMatch(controls);
  expect(written.stderr).toContain("Cannot reach https://kulti.example/ingest/klt_…: a");
  expect(written.stderr).not.toContain(key);
  expect(written.stderr).not.toMatch(controls);
});

test("an unhandled problem is printed without control characters and keys", ({
  onTestFinished,
}) => {
  const told: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => told.push(text);
  onTestFinished(() => {
    console.warn = warn;
  });
  const message = `${hostile} klt_${"k".repeat(43)}`;
  createReport()({ code: "refused", message, dropped: 0 });
  expect(told).toEqual([`kulti: ${printable(hostile)} klt_…`]);
  expect(told.join("")).not.toMatch(controls);
});

test("printableMessage takes linear time", () => {
  for (const piece of ["klt_", "http://", "http://a:", "\u001b", "klt_aaaaaaaa@"]) {
    const startedMs = performance.now();
    printableMessage(piece.repeat(100_000 / piece.length));
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  }
});
