/** A command that sends one event into the agent's open session. */
import type { KultiAgent } from "../../index.ts";
import {
  type Command,
  type CommandRun,
  type Option,
  readAll,
  serverOptions,
  sessionOption,
  textFlag,
  UsageError,
} from "../command.ts";
import { findCredentials } from "../credentials.ts";
import { goOnStage, sessionChoice } from "../stage-run.ts";

/** Printed in order on stdout, or as fields of the JSON. */
type Results = Record<string, string>;

interface Verb extends Pick<Command, "name" | "usage" | "summary" | "examples"> {
  aliases?: string[];
  options?: Record<string, Option>;
  send(agent: KultiAgent, run: CommandRun): Promise<void> | Results | void;
}

const quietOption: Record<string, Option> = {
  quiet: { type: "boolean", help: "do not say which agent and session the event went to" },
};

export function verbCommand({ send, options = {}, ...rest }: Verb): Command {
  return {
    ...rest,
    options: { ...options, ...serverOptions, ...sessionOption("continue"), ...quietOption },
    async run(run) {
      const credentials = findCredentials(run.flags, run);
      const stage = goOnStage(run, credentials, sessionChoice(run, "continue"));
      let results: Results;
      try {
        results = (await send(stage.agent, run)) ?? {};
      } catch (error) {
        await stage.agent.close({ timeoutMs: 0 });
        throw error;
      }
      const exit = await stage.end();
      if (exit !== 0) return exit;
      const { sessionId } = stage.agent;
      for (const result of Object.values(results)) run.out.print(result);
      run.out.json({ session_id: sessionId, ...results });
      const isNamed = textFlag(run.flags, "agent") ?? run.env.KULTI_AGENT_ID;
      if (!isNamed && !run.flags.quiet) {
        run.out.note(`Sent to ${credentials.agent_id}, session ${sessionId}.`);
      }
      return exit;
    },
  };
}

/** The words, or stdin when there are none or just `-`. */
export async function textOf(run: CommandRun, words: string[]): Promise<string> {
  const isPiped = words.length === 0 ? !run.stdin.isTTY : words.join() === "-";
  if (!isPiped) {
    if (words.length === 0) throw new UsageError("give a text");
    return words.join(" ");
  }
  const text = (await readAll(run.stdin)).replace(/\n$/, "");
  if (text === "") throw new UsageError("give a text: stdin is empty");
  return text;
}
