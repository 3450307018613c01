/** The shell's short commands: each sends one event into the agent's open session. */
import { resolve } from "node:path";
import { codeActions, statuses, thoughtTypes } from "@kulti/protocol/event.ts";
import type { KultiAgent, Priority, Status, ThoughtType } from "../../index.ts";
import { type Command, type CommandRun, choiceFlag, textFlag, UsageError } from "../command.ts";
import { readFileNamed } from "../files.ts";
import { questionVerbs } from "./question-verbs.ts";
import { stageVerbs } from "./stage-verbs.ts";
import { textOf, verbCommand } from "./verb.ts";

const priorities: readonly Priority[] = ["headline", "working", "detail"];

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
  ...questionVerbs,
  ...stageVerbs,
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
    rest.length === 0
      ? readFileNamed(
          resolve(run.cwd, filename),
          (why) => new Error(`Cannot send ${filename}: ${why}.`),
        )
      : await textOf(run, rest);
  agent.code(filename, content, { action, ...(language ? { language } : {}) });
}
