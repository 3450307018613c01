/** The short verbs of the shell: one event each, into the agent's open session. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { code_actions, statuses, thought_types } from "@kulti/protocol/event.ts";
import type { KultiAgent, Priority, Status, ThoughtType } from "../../index.ts";
import {
  type Command,
  type CommandRun,
  choice_flag,
  type Option,
  read_all,
  server_options,
  session_option,
  text_flag,
  UsageError,
} from "../command.ts";
import { find_credentials } from "../credentials.ts";
import { go_on_stage, session_choice } from "../stage-run.ts";

const priorities: readonly Priority[] = ["headline", "working", "detail"];

interface Verb extends Pick<Command, "name" | "usage" | "summary" | "examples"> {
  aliases?: string[];
  options?: Record<string, Option>;
  send(agent: KultiAgent, run: CommandRun): Promise<void> | void;
}

function verb_command({ send, options = {}, ...rest }: Verb): Command {
  return {
    ...rest,
    options: { ...options, ...server_options, ...session_option("continue") },
    async run(run) {
      const credentials = find_credentials(run.flags, run);
      const stage = go_on_stage(
        { ...run, out: { ...run.out, note: () => {} } },
        credentials,
        session_choice(run, "continue"),
      );
      try {
        await send(stage.agent, run);
      } catch (error) {
        await stage.agent.close({ timeout_ms: 0 });
        throw error;
      }
      const exit = await stage.end();
      if (exit === 0) run.out.json({ session_id: stage.agent.session_id });
      return exit;
    },
  };
}

const thought_verbs: [name: string, letter: string, type: ThoughtType][] = [
  ["think", "t", "general"],
  ["reason", "r", "reasoning"],
  ["decide", "d", "decision"],
  ["observe", "o", "observation"],
  ["evaluate", "e", "evaluation"],
  ["prompt", "p", "prompt"],
  ["context", "x", "context"],
  ["tool", "l", "tool"],
];

const thoughts: Command[] = thought_verbs.map(([name, letter, thought_type]) =>
  verb_command({
    name,
    aliases: [letter],
    usage: "<text…>",
    summary: `Send a thought of type ${thought_type}; text comes from stdin when none is given.`,
    options: {
      priority: { type: "string", short: "p", help: "headline, working (default) or detail" },
      ...(name === "think"
        ? { type: { type: "string" as const, help: `one of ${thought_types.join(", ")}` } }
        : {}),
    },
    examples: [`kulti ${name} "The cache is cold"`],
    async send(agent, run) {
      const type = choice_flag(run.flags, "type", thought_types) ?? thought_type;
      const priority = choice_flag(run.flags, "priority", priorities);
      const content = await text_of(run, run.args);
      agent.think(content, { thought_type: type, ...(priority ? { priority } : {}) });
    },
  }),
);

export const verbs: Command[] = [
  ...thoughts,
  verb_command({
    name: "code",
    aliases: ["c"],
    usage: "<filename> [content | -]",
    summary: "Send the content of a file: the text given, stdin (-), or what stands in the file.",
    options: {
      action: { type: "string", help: `one of ${code_actions.join(", ")}; default write` },
      language: { type: "string", help: "default: told by the name" },
      to: { type: "string", help: "the new name, for --action rename" },
    },
    examples: [
      "kulti code src/main.py",
      "kulti code notes.md '# Notes'",
      "git show HEAD:a.ts | kulti code a.ts -",
    ],
    send: send_code,
  }),
  verb_command({
    name: "status",
    aliases: ["s"],
    usage: `<${statuses.join("|")}>`,
    summary: "Say what the agent is doing; done and offline end the session.",
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
  verb_command({
    name: "task",
    usage: "<title> [description]",
    summary: "Say what the agent works on.",
    send(agent, { args }) {
      const [title, description] = args;
      if (!title?.trim()) throw new UsageError("a title is needed");
      agent.task(title, description);
    },
  }),
];

async function send_code(agent: KultiAgent, run: CommandRun): Promise<void> {
  const [filename, ...rest] = run.args;
  if (!filename) throw new UsageError("a file name is needed");
  const action = choice_flag(run.flags, "action", code_actions) ?? "write";
  if (action === "delete") return agent.delete_file(filename);
  if (action === "rename") {
    const to = text_flag(run.flags, "to");
    if (!to) throw new UsageError("--action rename needs --to");
    return agent.rename_file(filename, to);
  }
  const language = text_flag(run.flags, "language");
  const content =
    rest.length === 0 ? readFileSync(resolve(run.cwd, filename), "utf8") : await text_of(run, rest);
  agent.code(filename, content, { action, ...(language ? { language } : {}) });
}

/** The words, or stdin when there are none or just `-`. */
async function text_of(run: CommandRun, words: string[]): Promise<string> {
  const is_piped = words.length === 0 ? !run.stdin.isTTY : words.join() === "-";
  if (!is_piped) {
    if (words.length === 0) throw new UsageError("a text is needed");
    return words.join(" ");
  }
  const text = (await read_all(run.stdin)).replace(/\n$/, "");
  if (text === "") throw new UsageError("a text is needed, and stdin is empty");
  return text;
}
