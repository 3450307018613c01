/** The verbs for the rest of the stage: terminal, errors, goals, chat, figures, the end. */
import { type Command, textFlag, UsageError } from "../command.ts";
import { textOf, verbCommand } from "./verb.ts";

/** The one text that a verb needs. */
function one(args: readonly string[], what: string): string {
  const text = args.join(" ");
  if (text.trim() === "") throw new UsageError(`give ${what}`);
  return text;
}

function numberFlag(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() !== "" && Number.isFinite(number)) return number;
  throw new UsageError(`--${name} is ${value}; expected a number`);
}

export const stageVerbs: Command[] = [
  verbCommand({
    name: "terminal",
    usage: "<text… | -> [--exit <code>]",
    summary: "Send output of a command; reads stdin when no text is given.",
    options: {
      stderr: { type: "boolean", help: "it went to stderr" },
      exit: { type: "string", help: "the command ended with this code" },
    },
    examples: ["npm test 2>&1 | kulti terminal --exit 0"],
    async send(agent, run) {
      const exitCode = numberFlag(textFlag(run.flags, "exit"), "exit");
      const stream = run.flags.stderr === true ? "stderr" : "stdout";
      const text = run.args.length === 0 && exitCode !== undefined && run.stdin.isTTY ? "" : null;
      agent.terminal(text ?? `${await textOf(run, run.args)}\n`, {
        stream,
        ...(exitCode !== undefined && { exitCode }),
      });
    },
  }),
  verbCommand({
    name: "command",
    usage: "<command line>",
    summary: "Send the command line that the following output belongs to.",
    examples: ["kulti command npm test"],
    send: (agent, { args }) => agent.command(one(args, "a command line")),
  }),
  verbCommand({
    name: "error",
    usage: "<message> [--file <file>] [--line <number>]",
    summary: "Send an error.",
    options: {
      file: { type: "string", help: "where it happened" },
      line: { type: "string", help: "the line there" },
    },
    send(agent, { args, flags }) {
      const line = numberFlag(textFlag(flags, "line"), "line");
      const file = textFlag(flags, "file");
      agent.error(one(args, "a message"), {
        ...(file !== undefined && { file }),
        ...(line !== undefined && { line }),
      });
    },
  }),
  verbCommand({
    name: "goal",
    usage: "<title> [description]",
    summary: "Set the agent's goal.",
    send: (agent, { args: [title = "", description] }) =>
      agent.goal(one([title], "a title"), description),
  }),
  verbCommand({
    name: "milestone",
    usage: "<label>",
    summary: "Send a milestone that is reached.",
    options: { open: { type: "boolean", help: "it is not reached yet" } },
    send: (agent, { args, flags }) => agent.milestone(one(args, "a label"), flags.open !== true),
  }),
  verbCommand({
    name: "preview",
    usage: "<url>",
    summary: "Show viewers an http(s) address that they may open.",
    send: (agent, { args }) => agent.preview(one(args, "an address")),
  }),
  verbCommand({
    name: "usage",
    usage: "[--model <name>] [--input <tokens>] [--output <tokens>] [--cost <usd>]",
    summary: "Send what a model call used.",
    options: {
      model: { type: "string", help: "the model" },
      input: { type: "string", help: "tokens read" },
      output: { type: "string", help: "tokens written" },
      cost: { type: "string", help: "US dollars" },
    },
    send(agent, { flags }) {
      const model = textFlag(flags, "model");
      const [input, output, cost] = ["input", "output", "cost"].map((name) =>
        numberFlag(textFlag(flags, name), name),
      );
      agent.usage({
        ...(model !== undefined && { model }),
        ...(input !== undefined && { input_tokens: input }),
        ...(output !== undefined && { output_tokens: output }),
        ...(cost !== undefined && { cost_usd: cost }),
      });
    },
  }),
  verbCommand({
    name: "end",
    usage: "",
    summary: "End the agent's session as done.",
    send: (agent) => agent.status("done"),
  }),
];
