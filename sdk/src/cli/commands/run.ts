import { basename } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { createAgent, type KultiAgent } from "../../index.ts";
import {
  type Command,
  type CommandRun,
  serverOptions,
  sessionOption,
  textFlag,
  UsageError,
} from "../command.ts";
import { type Credentials, findAgent, findPlace } from "../credentials.ts";
import { agentIdFrom, findOrRegister } from "../find-or-register.ts";
import { loadPty, runInTerminal, runWithPipes } from "../run-process.ts";
import { goOnStage, sessionChoice, tellAddress } from "../stage-run.ts";

/** A reader sees no finer steps, and a flood of output makes fewer events. */
const gatherMs = 50;
const largestPiece = 32_768;

export const run: Command = {
  name: "run",
  usage: "[--task <title>] -- <command> [argument…]",
  summary:
    "Run a command on stage: what it prints is the terminal. Input, output, size, signals and exit code are the command's own.",
  options: {
    task: { type: "string", help: "the session's task; default: the command line" },
    ...serverOptions,
    ...sessionOption("new"),
  },
  examples: ["kulti run -- npm test", "kulti run --task 'Nightly build' -- make -j4"],
  async run(commandRun) {
    const [command, ...args] = commandRun.args;
    if (!command) throw new UsageError("give a command after --");
    const line = commandRun.args.join(" ");
    const choice = sessionChoice(commandRun, "new");
    const credentials = await findStage(commandRun, command);
    const stage = credentials && goOnStage(commandRun, credentials, choice);
    if (credentials) tellAddress(commandRun, credentials);
    const agent = stage?.agent ?? createAgent({ enabled: false });
    agent.task(textFlag(commandRun.flags, "task") ?? line);
    agent.status("working");
    agent.command(line);
    const output = createOutput(agent);
    const isInteractive = commandRun.stdin.isTTY === true && process.stdout.isTTY === true;
    const start = { command, args, cwd: commandRun.cwd, onOutput: output.add };
    const pty = isInteractive ? await loadPty() : null;
    if (isInteractive && !pty) commandRun.out.note("No pseudo-terminal here: using pipes.");
    const running = pty ? runInTerminal(pty, start) : runWithPipes(start);
    const exitCode = await running.finally(() => output.flush());
    agent.terminal("", { exitCode });
    agent.status("done");
    await stage?.end(2_000);
    return exitCode;
  },
};

/** The agent that is named or known, else one with the command's name; null if there can be none now. */
async function findStage(run: CommandRun, command: string): Promise<Credentials | null> {
  try {
    const place = findPlace(run.flags, run);
    const {
      agent_id: agentId,
      api_key: apiKey,
      key_source: keySource = "",
    } = findAgent(run.flags, run, place);
    // Not tried out first: the command runs, whatever the server says.
    if (agentId && apiKey) {
      return { ...place, agent_id: agentId, api_key: apiKey, key_source: keySource };
    }
    const name = basename(command);
    return await findOrRegister(run, {
      agentId: agentId ?? agentIdFrom(name, "run"),
      name: agentId ?? name.slice(0, 80),
    });
  } catch (error) {
    run.out.complain(`${(error as Error).message} Running the command without a stage.`);
    return null;
  }
}

interface Output {
  add(bytes: Uint8Array, stream: "stdout" | "stderr"): void;
  flush(): void;
}

/** Joins pieces of characters and small pieces of output. */
function createOutput(agent: KultiAgent): Output {
  const decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") };
  const texts = { stdout: "", stderr: "" };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const stream of ["stdout", "stderr"] as const) {
      if (texts[stream] !== "") agent.terminal(texts[stream], { stream });
      texts[stream] = "";
    }
  };
  return {
    add(bytes, stream) {
      texts[stream] += decoders[stream].write(Buffer.from(bytes));
      if (texts[stream].length >= largestPiece) flush();
      else timer ??= setTimeout(flush, gatherMs);
    },
    flush,
  };
}
