/**
 * The demo, written down: a night in the harbour of Skerry, where the departure board claims that the last ferry
 * arrives before it leaves. A bit more than a minute at speed 1. This file has only text and times; play.ts plays them.
 */
import type {
  AnswerData,
  CodeAction,
  CodeEdit,
  ErrorData,
  Priority,
  QuestionData,
  Status,
  ThoughtMetadata,
  ThoughtType,
  UsageData,
} from "../../index.ts";
import {
  clockLines,
  everyMinute,
  moduloLine,
  naiveLine,
  notes,
  scratch,
  timetableBefore,
  timetableTest,
} from "./files.ts";

export type DemoStep =
  | { waitMs: number }
  | { status: Status }
  | { goal: string; description?: string }
  | { task: string; description?: string }
  | { milestone: string; completed: boolean }
  | { think: string; type: ThoughtType; priority?: Priority; metadata?: ThoughtMetadata }
  /** A thought that is written word by word. */
  | { write: string; type: ThoughtType; priority?: Priority }
  | {
      file: string;
      content: string;
      language?: string;
      action?: Extract<CodeAction, "write" | "edit">;
    }
  | { edit: string; edits: CodeEdit[] }
  | { rename: string; to: string }
  | { remove: string }
  /** Texts are output; numbers are milliseconds between them. */
  | { command: string; output: (string | number)[]; exit_code: number }
  | { error: string; details: Omit<ErrorData, "message"> }
  | { preview: string }
  | { usage: UsageData }
  | { question: QuestionData }
  | { answer: AnswerData };

export interface Chapter {
  /** The agent's answer when a viewer asks what it is doing. */
  doing: string;
  steps: DemoStep[];
}

export const demoAgent = {
  agentId: "demo",
  name: "Wren",
  description: "Looks after the harbour's departure board. A written demo run.",
};

export const demoSession = { opening: "putting the kettle on" };

const green = (text: string): string => `\u001b[32m${text}\u001b[0m`;
const red = (text: string): string => `\u001b[31m${text}\u001b[0m`;
const dim = (text: string): string => `\u001b[2m${text}\u001b[0m`;
const bold = (text: string): string => `\u001b[1m${text}\u001b[0m`;
const badge = (colour: number, text: string): string => `\u001b[${colour};30m ${text} \u001b[0m`;

const milestones = {
  reproduce: "See the board be wrong",
  fix: "Count crossings around the clock",
  prove: "Prove it for every minute of the day",
  writeDown: "Leave a note for the next keeper",
};

const failRun = (line: string): (string | number)[] => [
  `\n ${dim("RUN")}  ${bold("harbour-board")}\n\n`,
  600,
  ` ${green("✓")} a crossing in the morning ${dim("1 ms")}\n`,
  350,
  ` ${red("✗")} a crossing over midnight ${dim("3 ms")}\n`,
  200,
  `   ${red(line)}\n`,
  250,
  ` ${green("✓")} a ferry that docks on the stroke of midnight ${dim("1 ms")}\n\n`,
  ` ${badge(41, "FAIL")}  1 failed, 2 passed\n`,
];

/** A bar that is drawn over itself with carriage returns, as such tools do. */
const progress: (string | number)[] = Array.from({ length: 24 }, (_, index) => {
  const share = (index + 1) / 24;
  const bar = "█".repeat(index + 1).padEnd(24, "░");
  const count = Math.round(2_073_600 * share).toLocaleString("en-US");
  return [`\r ${green(bar)} ${String(Math.round(share * 100)).padStart(3)} %  ${count}`, 140];
}).flat();

export function chapters(siteUrl: string | null): Chapter[] {
  return [
    {
      doing: "reading what the harbour master wrote",
      steps: [
        { status: "starting" },
        {
          goal: "A departure board that can be trusted at night",
          description: "Skerry harbour, four ferries a day and one at 23:50.",
        },
        { waitMs: 1_200 },
        {
          think:
            "The board says the 23:50 arrives −1390 minutes after it leaves. Passengers ask me whether they get younger on it. Please look. — The harbour master",
          type: "prompt",
          metadata: { prompt_for: "Wren" },
        },
        {
          task: "The night ferry arrives before it leaves",
          description: "boardLine() shows −1390 min for the crossing 23:50 → 00:40.",
        },
        { status: "thinking" },
        { waitMs: 2_000 },
        {
          write:
            "A negative crossing time, and only at night. That smells of midnight: 00:40 minus 23:50, counted as if both were on the same day. 40 − 1430 = −1390. The number fits exactly, so I am fairly sure before I have read a line.",
          type: "reasoning",
        },
        { waitMs: 800 },
        {
          write:
            "Sure is not the same as seen. First I make it happen, then I mend it, then I prove it for the whole clock.",
          type: "decision",
          priority: "headline",
        },
        ...Object.values(milestones).map((milestone) => ({ milestone, completed: false })),
      ],
    },
    {
      doing: "making the board be wrong on purpose",
      steps: [
        { status: "working" },
        {
          think: "Read src/timetable.ts",
          type: "tool",
          priority: "detail",
          metadata: { tool: "Read", file: "src/timetable.ts" },
        },
        { command: "ls src", output: [300, "board.ts\ntimetable.ts\n"], exit_code: 0 },
        { waitMs: 1_000 },
        { file: "scratch.mjs", content: scratch },
        { waitMs: 2_400 },
        { command: "node scratch.mjs", output: [700, "\u001b[33m-1390\u001b[0m\n"], exit_code: 0 },
        { think: "There it is: −1390.", type: "observation" },
        { waitMs: 1_500 },
        { file: "src/timetable.test.ts", content: timetableTest },
        { waitMs: 3_700 },
        { command: "npx vitest run", output: failRun("expected -1390 to be 50"), exit_code: 1 },
        { milestone: milestones.reproduce, completed: true },
        {
          usage: {
            model: "claude-sonnet-4-5",
            input_tokens: 9_412,
            output_tokens: 655,
            cost_usd: 0.038,
          },
        },
        { waitMs: 1_500 },
      ],
    },
    {
      doing: "teaching the board to count past midnight",
      steps: [
        {
          write:
            "One line does the counting. A day has 1440 minutes, so the difference modulo 1440 should walk around the clock.",
          type: "reasoning",
        },
        {
          file: "src/timetable.ts",
          action: "edit",
          content: timetableBefore.replace(naiveLine, moduloLine),
        },
        { waitMs: 2_200 },
        {
          edit: "src/timetable.ts",
          edits: [
            {
              old_text: "/** Minutes since midnight",
              new_text: "const MINUTES_A_DAY = 24 * 60;\n\n/** Minutes since midnight",
            },
          ],
        },
        { waitMs: 2_200 },
        { command: "npx vitest run", output: failRun("expected -1390 to be 50"), exit_code: 1 },
        { status: "error" },
        {
          error: "expected -1390 to be 50",
          details: {
            file: "src/timetable.test.ts",
            line: 9,
            stack: "AssertionError: expected -1390 to be 50\n    at src/timetable.test.ts:9:43",
            recovery_strategy:
              "The remainder keeps the sign of its left side: add a day before taking it.",
          },
        },
        { waitMs: 2_600 },
        {
          write:
            "Of course. In JavaScript the remainder keeps the sign of its left side: −1390 % 1440 is −1390 still. My arithmetic was a mathematician's, not the machine's.",
          type: "evaluation",
        },
        { status: "working" },
        { edit: "src/timetable.ts", edits: [{ old_text: moduloLine, new_text: clockLines }] },
        { waitMs: 3_700 },
        {
          command: "npx vitest run",
          output: [
            `\n ${dim("RUN")}  ${bold("harbour-board")}\n\n`,
            600,
            ` ${green("✓")} a crossing in the morning ${dim("1 ms")}\n`,
            250,
            ` ${green("✓")} a crossing over midnight ${dim("1 ms")}\n`,
            250,
            ` ${green("✓")} a ferry that docks on the stroke of midnight ${dim("1 ms")}\n\n`,
            ` ${badge(42, "PASS")}  3 passed\n`,
          ],
          exit_code: 0,
        },
        { milestone: milestones.fix, completed: true },
        {
          usage: {
            model: "claude-sonnet-4-5",
            input_tokens: 14_820,
            output_tokens: 912,
            cost_usd: 0.058,
          },
        },
        { waitMs: 1_400 },
      ],
    },
    {
      doing: "checking every minute of the day against every other",
      steps: [
        {
          write:
            "Three tests are three points on a clock. There are only 1440 × 1440 pairs of minutes: few enough to try them all, and then nobody needs to trust me.",
          type: "decision",
          priority: "headline",
        },
        { file: "scripts/every-minuet.ts", content: everyMinute },
        { waitMs: 2_700 },
        { think: "A minuet is a dance.", type: "observation", priority: "detail" },
        { rename: "scripts/every-minuet.ts", to: "scripts/every-minute.ts" },
        { waitMs: 1_500 },
        {
          command: "node scripts/every-minute.ts",
          output: [
            400,
            ...progress,
            "\n",
            200,
            `${bold("2,073,600")} crossings, all of them ${green("forward in time")}\n`,
          ],
          exit_code: 0,
        },
        { milestone: milestones.prove, completed: true },
        { waitMs: 1_500 },
      ],
    },
    {
      doing: "tidying up and writing it down",
      steps: [
        {
          question: {
            question_id: "scratch",
            kind: "approval",
            text: "May I delete scratch.mjs? It only counted minutes.",
            detail: "rm scratch.mjs",
          },
        },
        { waitMs: 2_000 },
        // Nobody has to watch the demo, so that it answers itself.
        { answer: { question_id: "scratch", by: "local", option: "approve" } },
        { remove: "scratch.mjs" },
        { waitMs: 1_200 },
        { file: "NOTES.md", content: notes },
        { waitMs: 3_100 },
        { milestone: milestones.writeDown, completed: true },
        { think: "git diff --stat", type: "tool", priority: "detail", metadata: { tool: "Bash" } },
        {
          command: "git diff --stat",
          output: [
            400,
            ` NOTES.md                |  8 ${green("++++++++")}\n` +
              ` scripts/every-minute.ts | 15 ${green("+++++++++++++++")}\n` +
              ` src/timetable.test.ts   | 14 ${green("++++++++++++++")}\n` +
              ` src/timetable.ts        |  6 ${green("+++++")}${red("-")}\n` +
              " 4 files changed, 42 insertions(+), 1 deletion(-)\n",
          ],
          exit_code: 0,
        },
        { preview: siteUrl ?? "https://example.com/" },
        {
          usage: {
            model: "claude-sonnet-4-5",
            input_tokens: 11_204,
            output_tokens: 1_148,
            cost_usd: 0.051,
          },
        },
        { waitMs: 1_500 },
        {
          write:
            "The 23:50 to Skerry takes 50 minutes again, like every other ferry. Nobody gets younger on it; I checked two million ways.",
          type: "evaluation",
          priority: "headline",
        },
        { waitMs: 4_200 },
        { status: "done" },
      ],
    },
  ];
}
