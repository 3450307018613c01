import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sessionOf, sessions } from "../../test/session.ts";
import { exportAsciicast } from "./asciicast.ts";
import type { RecordedSession } from "./recorded-session.ts";

type Step = [interval: number, code: string, data: string];

function castOf(session: RecordedSession) {
  const [head, ...steps] = [...exportAsciicast(session)].map((line) => JSON.parse(line));
  return { head, steps: steps as Step[] };
}

const output = (steps: Step[]): string =>
  steps.flatMap(([, code, data]) => (code === "o" ? [data] : [])).join("");

// biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for escapes.
const bare = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, "");

describe("exportAsciicast", () => {
  test("begins with a header of version 3", () => {
    const wide = "x".repeat(120);
    const { head } = castOf(
      sessionOf([
        [0, "task", { title: "Fix it" }],
        [1, "terminal", { stream: "stdout", text: `${wide}\nshort` }],
      ]),
    );
    expect(head).toEqual({
      version: 3,
      term: { cols: 120, rows: 30, type: "xterm-256color" },
      timestamp: 1_795_341_600,
      idle_time_limit: 3,
      title: "Fix it",
    });
  });

  test("types commands key by key, and later output comes at its own time", () => {
    const { steps } = castOf(
      sessionOf([
        [0, "status", { status: "live" }],
        [1.5, "terminal", { stream: "input", command: "ls", text: "" }],
        [3, "terminal", { stream: "stdout", text: "a.ts\nb.ts\n" }],
        [3.25, "terminal", { stream: "stdout", text: "", exit_code: 2 }],
      ]),
    );
    expect(steps.filter(([, code]) => code === "i").map(([, , data]) => data)).toEqual([
      "l",
      "s",
      "\r",
    ]);
    expect(bare(output(steps))).toBe("❯ ls\r\na.ts\r\nb.ts\r\nexit 2\r\n");
    const times: number[] = [];
    for (const [interval] of steps) times.push((times.at(-1) ?? 0) + interval);
    expect(times[0]).toBe(1.5);
    expect(times[2]).toBe(1.5);
    expect(times.at(-3)).toBeCloseTo(1.58);
    expect(times.slice(-2)).toEqual([3, 3.25]);
  });

  test("marks prompts, tasks, completed milestones and errors", () => {
    const { steps } = castOf(
      sessionOf(
        [
          [0, "task", { title: "Fix\nit" }],
          [0, "thought", { thought_type: "prompt", content: `Go ${"on ".repeat(60)}` }],
          [1, "thought", { thought_type: "general", content: "no marker" }],
          [1, "milestone", { label: "half", completed: false }],
          [2, "milestone", { label: "half", completed: true }],
          [3, "error", { message: "boom" }],
          [4, "status", { status: "done" }],
        ],
        { head: { status: "done" } },
      ),
    );
    expect(steps.map(([interval, code]) => [interval, code])).toEqual([
      [0, "m"],
      [0, "m"],
      [2, "m"],
      [1, "m"],
      [1, "x"],
    ]);
    const labels = steps.map(([, , data]) => data);
    expect(labels).toEqual([
      "Task: Fix it",
      expect.stringMatching(/^Prompt: Go on .{70,75}…$/),
      "Milestone: half",
      "Error: boom",
      "0",
    ]);
  });

  test("keeps colours and cursor moves, and drops sequences that reach beyond the screen", () => {
    const hostile = [
      "\u001b]0;title\u0007",
      "\u001b]52;c;aGk=\u001b\\",
      "\u001b]8;;javascript:x\u0007link\u001b]8;;\u0007",
      "\u001bP+q544e\u001b\\",
      "\u001b[6n\u001b[c\u001b[?1049h\u001b[?1000h\u001bc",
      "\u009b31m",
      "\u001b]0;open",
    ];
    const { steps } = castOf(
      sessionOf([
        [0, "terminal", { stream: "stdout", text: `\u001b[1;31mred\u001b[0m\u001b[2K\r` }],
        ...hostile.map((text) => [1, "terminal", { stream: "stdout", text }] as never),
        [2, "terminal", { stream: "stdout", text: "\nend\u001b[3" }],
        [3, "terminal", { stream: "stdout", text: "2mgreen" }],
      ]),
    );
    const written = output(steps);
    expect(written).toContain("\u001b[1;31mred\u001b[0m\u001b[2K\r");
    expect(written).toContain("end\u001b[32mgreen");
    const rest = bare(written).replace("\u001b[2K", "");
    for (const control of ["\u001b", "\u0007", "\u009b"]) expect(rest).not.toContain(control);
    expect(written).toContain("link");
    expect(written).not.toMatch(/title|javascript|aGk/);
  });

  test("is as wide as the visible part of the longest line", () => {
    const ofText = (text: string) =>
      castOf(sessionOf([[0, "terminal", { stream: "stdout", text }]])).head.term.cols;
    expect(ofText(`\u001b[38;2;1;2;3m${"x".repeat(90)}\u001b[0m\n`)).toBe(90);
    expect(ofText("日本".repeat(25))).toBe(100);
  });

  test("any session: times never run backwards and add up to the recording's", () => {
    fc.assert(
      fc.property(sessions, (session) => {
        const { steps } = castOf(session);
        for (const [interval, code, data] of steps) {
          expect(interval).toBeGreaterThanOrEqual(0);
          expect(["o", "i", "m", "x"]).toContain(code);
          expect(typeof data).toBe("string");
        }
        const times = session.events.map(({ at }) => Date.parse(at));
        const longest = Math.max(0, ...times.map((time) => time - (times[0] ?? 0)));
        const total = steps.reduce((sum, [interval]) => sum + interval, 0);
        expect(total).toBeLessThanOrEqual(longest / 1_000 + 1);
      }),
      { numRuns: 100 },
    );
  });
});
