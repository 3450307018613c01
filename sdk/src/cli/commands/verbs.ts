/** The shell's short commands: each sends one event into the agent's open session. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { codeActions, statuses, thoughtTypes } from "@kulti/protocol/event.ts";
import type { KultiAgent, Priority, Status, ThoughtType } from "../../index.ts";
import {
  type Command,
  type CommandRun,
  choiceFlag,
  type Option,
  readAll,
  serverOptions,
  sessionOption,
  textFlag,
  UsageError,
} from "../command.ts";
import { findCredentials } from "../credentials.ts";
import { goOnStage, sessionChoice } from "../stage-run.ts";

const priorities: readonly Priority[] = ["headline", "working", "detail"];

interface Verb extends Pick<Command, "name" | "usage" | "summary" | "examples"> {
  aliases?: string[];
  options?: Record<string, Option>;
  send(agent: KultiAgent, run: CommandRun): Promise<void> | void;
}

function verbCommand({ send, options = {}, ...rest }: Verb): Command {
  return {
    ...rest,
    options: { ...options, ...serverOptions, ...sessionOption("continue") },
    async run(run) {
      const credentials = findCredentials(run.flags, run);
      const stage = goOnStage(
        { ...run, out: { ...run.out, note: () => {} } },
        credentials,
        sessionChoice(run, "continue"),
      );
      try {
        await send(stage.agent, run);
      } catch (error) {
        await stage.agent.close({ timeoutMs: 0 });
        throw error;
      }
      const exit = await stage.end();
      if (exit === 0) run.out.json({ session_id: stage.agent.sessionId });
      return exit;
    },
  };
}

const thoughtVerbs: [name: string, letter: string, type: ThoughtType][] = [
  ["think", "t", "general"],
  ["reason", "r", "reasoning"],
  ["decide", "d", "decision"],
  ["observe", "o", "observation"],
  ["evaluate", "e", "evaluation"],
  ["prompt", "p", "prompt"],
  ["context", "x", "context"],
  ["tool", "l", "tool"],
];

const thoughts: Command[] = thoughtVerbs.map(([name, letter, thoughtType]) =>
  verbCommand({
    name,
    aliases: [letter],
    usage: "<text…>",
    summary: `Send a thought of type ${thoughtType}; reads stdin when no text is given.`,
    options: {
      priority: { type: "string", short: "p", help: "headline, working (default) or detail" },
      ...(name === "think"
        ? { type: { type: "string" as const, help: `one of ${thoughtTypes.join(", ")}` } }
        : {}),
    },
    examples: [`kulti ${name} "The cache is cold"`],
    async send(agent, run) {
      const type = choiceFlag(run.flags, "type", thoughtTypes) ?? thoughtType;
      const priority = choiceFlag(run.flags, "priority", priorities);
      const content = await textOf(run, run.args);
      agent.think(content, { thoughtType: type, ...(priority ? { priority } : {}) });
    },
  }),
);

export const verbs: Command[] = [
  ...thoughts,
  verbCommand({
    name: "code",
    aliases: ["c"],
    usage: "<filename> [content | -]",
    summary: "Send the content of a file: the given text, stdin (-), or the file itself.",
    options: {
      action: { type: "string", help: `one of ${codeActions.join(", ")}; default write` },
      language: { type: "string", help: "default: from the file name" },
      to: { type: "string", help: "the new name, for --action rename" },
    },
    examples: [
      "kulti code src/main.py",
      "kulti code notes.md '# Notes'",
      "git show HEAD:a.ts | kulti code a.ts -",
    ],
    send: sendCode,
  }),
  verbCommand({
    name: "status",
    aliases: ["s"],
    usage: `<${statuses.join("|")}>`,
    summary: "Set the agent's status; done and offline end the session.",
    send(agent, { args }) {
      const [status] = args;
      if (!statuses.includes(status as Status)) {
        throw new UsageError(
          `the status is ${status ?? "missing"}, not one of ${statuses.join(", ")}`,
        );
      }
      agent.status(status as Status);
    },
  }),
  verbCommand({
    name: "task",
    usage: "<title> [description]",
    summary: "Set the agent's task.",
    send(agent, { args }) {
      const [title, description] = args;
      if (!title?.trim()) throw new UsageError("give a title");
      agent.task(title, description);
    },
  }),
  verbCommand({
    name: "question",
    aliases: ["q"],
    usage: "<text> [option…]",
    summary:
      "Show a question: one of the options, free words where there are none, or with --approval a yes or no. Does not wait for the answer.",
    options: {
      approval: { type: "boolean", help: "ask for approval of --detail" },
      detail: { type: "string", help: "the exact command or change" },
      id: { type: "string", help: "question_id; default: a new one" },
    },
    examples: [
      'kulti question "Rebase or merge?" Rebase Merge',
      'kulti question "Delete the branch?" --approval --detail "git push origin :old"',
    ],
    send(agent, { args, flags }) {
      const [text, ...labels] = args;
      if (!text?.trim()) throw new UsageError("give a text");
      const [id, detail] = [textFlag(flags, "id"), textFlag(flags, "detail")];
      const options = labels.map((label, index) => ({ id: `${index + 1}`, label }));
      agent.question({
        ...(id && { question_id: id }),
        kind: flags.approval === true ? "approval" : options.length > 0 ? "choice" : "text",
        text,
        ...(options.length > 0 && { options }),
        ...(detail && { detail }),
      });
    },
  }),
];

async function sendCode(agent: KultiAgent, run: CommandRun): Promise<void> {
  const [filename, ...rest] = run.args;
  if (!filename) throw new UsageError("give a file name");
  const action = choiceFlag(run.flags, "action", codeActions) ?? "write";
  if (action === "delete") return agent.deleteFile(filename);
  if (action === "rename") {
    const to = textFlag(run.flags, "to");
    if (!to) throw new UsageError("--action rename needs --to");
    return agent.renameFile(filename, to);
  }
  const language = textFlag(run.flags, "language");
  const content =
    rest.length === 0 ? readFileSync(resolve(run.cwd, filename), "utf8") : await textOf(run, rest);
  agent.code(filename, content, { action, ...(language ? { language } : {}) });
}

/** The words, or stdin when there are none or just `-`. */
async function textOf(run: CommandRun, words: string[]): Promise<string> {
  const isPiped = words.length === 0 ? !run.stdin.isTTY : words.join() === "-";
  if (!isPiped) {
    if (words.length === 0) throw new UsageError("give a text");
    return words.join(" ");
  }
  const text = (await readAll(run.stdin)).replace(/\n$/, "");
  if (text === "") throw new UsageError("give a text: stdin is empty");
  return text;
}
