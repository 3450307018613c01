import { List, type TerminalEntry } from "@kulti/protocol";
import { expect, test } from "vitest";
import { endsLine, entryBytes, lastCommand, transcript, withoutEscapes } from "./terminal-text.ts";

const entry = (part: Partial<TerminalEntry>): TerminalEntry => ({
  seq: 1,
  at: "2026-11-22T12:00:00Z",
  command: null,
  stream: "stdout",
  text: "",
  exit_code: null,
  ...part,
});

test("transcript reads like a terminal", () => {
  const entries = List.from([
    entry({ command: "npm test" }),
    entry({ text: "\u001b[31m1 failed\u001b[0m" }),
    entry({ exit_code: 1 }),
    entry({ command: "ls", text: "a\nb\n", exit_code: 0 }),
  ]);
  const passages = transcript(entries, 10);
  expect(passages.map(({ text }) => text).join("")).toBe(
    "❯ npm test\n1 failed\nexit 1\n❯ ls\na\nb\n",
  );
});

test("transcript starts a passage at each entry, so the others stay unchanged", () => {
  const entries = List.from([
    entry({ seq: 1, text: "50 %\u001b[" }),
    entry({ seq: 2, text: "0m 100 %\n" }),
    entry({ seq: 3 }),
    entry({ seq: 4, text: "done\n" }),
  ]);
  expect(transcript(entries, 10)).toEqual([
    { seq: 1, text: "50 % 100 %\n" },
    { seq: 4, text: "done\n" },
  ]);
});

test("transcript starts a command on its own line after an unfinished one", () => {
  expect(entryBytes(entry({ command: "ls" }), false)).toMatch(/^\r\n/);
  expect(entryBytes(entry({ command: "ls" }), true)).not.toMatch(/^\r\n/);
});

test("transcript drops control characters of a command", () => {
  const bytes = entryBytes(entry({ command: "a\u001b]52;c;x\u0007b" }), true);
  expect(bytes).toContain("a]52;c;xb");
});

test("withoutEscapes removes colours, titles, links and device strings", () => {
  const text =
    "\u001b]0;t\u0007\u001b]8;;https://x\u001b\\link\u001b]8;;\u001b\\ \u001b[1;31mred\u001b[0m\u001bPq\u001b\\!";
  expect(withoutEscapes(text)).toBe("link red!");
});

test("endsLine looks past escapes", () => {
  expect(endsLine("done\n\u001b[0m")).toBe(true);
  expect(endsLine("done")).toBe(false);
});

test("lastCommand finds the command behind its output", () => {
  expect(lastCommand(List.from([entry({ command: "make\nall" }), entry({ text: "x" })]))).toBe(
    "make",
  );
  expect(lastCommand(List.empty)).toBe("");
});
