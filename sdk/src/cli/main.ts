/** The `kulti` command: finds the command, parses its arguments, runs it, and returns an exit code. */
import { readFileSync } from "node:fs";
import {
  type Command,
  type ExitCode,
  helpOf,
  readArgs,
  type Surroundings,
  UsageError,
} from "./command.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { exportSession } from "./commands/export.ts";
import { flush } from "./commands/flush.ts";
import { login, logout } from "./commands/keys.ts";
import { open } from "./commands/open.ts";
import { panic } from "./commands/panic.ts";
import { register } from "./commands/register.ts";
import { replay } from "./commands/replay.ts";
import { run } from "./commands/run.ts";
import { scrub } from "./commands/scrub.ts";
import { stream } from "./commands/stream.ts";
import { verbs } from "./commands/verbs.ts";
import { createOutput } from "./output.ts";

const commands: Command[] = [
  register,
  run,
  demo,
  stream,
  replay,
  exportSession,
  open,
  doctor,
  login,
  logout,
  flush,
  panic,
  scrub,
  ...verbs,
];

export async function main(argv: string[], surroundings: Surroundings): Promise<ExitCode> {
  const [name = "", ...rest] = argv;
  const streams = { stdout: process.stdout, stderr: process.stderr };
  const out = createOutput(streams, surroundings.env, argv.includes("--json"));
  if (["help", "--help", "-h", ""].includes(name)) {
    const asked = find(rest[0] ?? "");
    streams.stdout.write(`${asked ? helpOf(asked) : overview()}\n`);
    return name === "" ? 2 : 0;
  }
  if (name === "--version" || name === "-v") {
    streams.stdout.write(`${version()}\n`);
    return 0;
  }
  const command = find(name);
  if (!command) {
    out.complain(`Unknown command ${name}. See kulti --help.`);
    return 2;
  }
  try {
    const { flags, args } = readArgs(command, rest);
    if (flags.help) {
      streams.stdout.write(`${helpOf(command)}\n`);
      return 0;
    }
    return await command.run({ ...surroundings, flags, args, out });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UsageError) {
      out.complain(`${message}. See kulti ${command.name} --help.`);
      return 2;
    }
    out.complain(message);
    return 1;
  }
}

function find(name: string): Command | undefined {
  return commands.find((command) => command.name === name || command.aliases?.includes(name));
}

function overview(): string {
  const namesOf = ({ name, aliases = [] }: Command) => [name, ...aliases].join(", ");
  const width = Math.max(...commands.map((command) => namesOf(command).length));
  const rows = commands.map((command) => {
    return `  ${namesOf(command).padEnd(width)}  ${command.summary.split(/[;:]/)[0]?.replace(/\.$/, "")}`;
  });
  return [
    "kulti: put an AI agent on stage",
    "",
    ...rows,
    "",
    "See kulti <command> --help for details. Server, agent and key come from flags, then KULTI_SERVER,",
    "KULTI_AGENT_ID and KULTI_API_KEY, then .kulti/local.json, then the keys of kulti register. A server",
    "that only .kulti/local.json names must be on this machine and gets no key from the environment.",
    "Without an agent named, a command writes as the one last made with kulti register, and says so on stderr",
    "unless --quiet; choose another with --agent <id>. demo and replay have agents of their own.",
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 75 kept for later because the server is down, 130 interrupted.",
  ].join("\n");
}

/** One folder above the built file, two above the source. */
function version(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")).version;
    } catch {
      // The other place.
    }
  }
  return "unknown";
}
