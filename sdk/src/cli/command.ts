/** The shape of a command, and the parsing of its arguments. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import type { Output } from "./output.ts";

/**
 * 0 done · 1 failed · 2 wrong usage · 75 kept for later (EX_TEMPFAIL of sysexits.h) · 130 interrupted; `kulti run` ends
 * with the command's own.
 */
export type ExitCode = number;

export interface Surroundings {
  cwd: string;
  env: Record<string, string | undefined>;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  /** Aborted by the first SIGINT or SIGTERM. */
  signal: AbortSignal;
}

export type Flags = Record<string, string | boolean | undefined>;

export interface CommandRun extends Surroundings {
  flags: Flags;
  args: string[];
  out: Output;
}

export interface Command {
  name: string;
  /** Other names. */
  aliases?: string[];
  /** The arguments after the name, such as `<file> [--speed 1|10|max]`. */
  usage: string;
  /** One line. */
  summary: string;
  options: Record<string, Option>;
  /** Lines of examples. */
  examples?: string[];
  run(run: CommandRun): Promise<ExitCode>;
}

export interface Option {
  type: "string" | "boolean";
  short?: string;
  /** The flag's effect and default. */
  help: string;
}

/** Shown with a pointer to the command's help; exit code 2. */
export class UsageError extends Error {}

const commonOptions: Record<string, Option> = {
  json: { type: "boolean", help: "print results as JSON, one value per line" },
  help: { type: "boolean", short: "h", help: "show this help" },
};

export const serverOptions: Record<string, Option> = {
  server: { type: "string", help: "URL of the project (KULTI_SERVER, or .kulti/local.json)" },
  agent: { type: "string", short: "a", help: "agent id (KULTI_AGENT_ID)" },
  key: { type: "string", help: "the agent's key (KULTI_API_KEY, or the key saved by register)" },
};

export const sessionOption = (fallback: "continue" | "new"): Record<string, Option> => ({
  session: { type: "string", help: `continue, new or a UUID; default ${fallback}` },
});

export function readArgs(command: Command, argv: string[]): { flags: Flags; args: string[] } {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, { type, short }] of Object.entries({ ...command.options, ...commonOptions })) {
    options[name] = { type, ...(short ? { short } : {}) };
  }
  try {
    const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
    return { flags: values as Flags, args: positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export async function readAll(stdin: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

export function choiceFlag<Choice extends string>(
  flags: Flags,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = textFlag(flags, name);
  if (text === undefined || choices.includes(text as Choice)) return text as Choice | undefined;
  throw new UsageError(`--${name} is ${text}; expected one of ${choices.join(", ")}`);
}

export function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...commonOptions }).map(
    ([name, option]): [string, string] => {
      const short = option.short ? `-${option.short}, ` : "    ";
      const value = option.type === "string" ? ` <${name}>` : "";
      return [`${short}--${name}${value}`, option.help];
    },
  );
  const width = Math.max(...options.map(([flag]) => flag.length));
  const rows = options.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`);
  const aliases = command.aliases ? [`Also: ${command.aliases.join(", ")}`, ""] : [];
  const examples = command.examples
    ? ["", "Examples:", ...command.examples.map((line) => `  ${line}`)]
    : [];
  return [
    `kulti ${command.name} ${command.usage}`.trimEnd(),
    "",
    command.summary,
    "",
    ...aliases,
    "Options:",
    ...rows,
    ...examples,
  ].join("\n");
}
