/** An agent on stage during one command: starts it and ends it cleanly. */

import { uuidPattern } from "@kulti/protocol/routes.ts";
import { createAgent, type KultiAgent, type KultiProblem, type SessionChoice } from "../index.ts";
import { type CommandRun, type ExitCode, textFlag, UsageError } from "./command.ts";
import type { Credentials } from "./credentials.ts";
import { watchUrl } from "./find-or-register.ts";

export interface StageRun {
  agent: KultiAgent;
  /** The reason why the server refuses everything; null until it does. */
  readonly refusal: KultiProblem | null;
  /** Waits while too many events are unsent, so that a fast source can't overflow the queue. */
  room(): Promise<void>;
  /** Drains; 0 when everything arrived, 75 when the rest waits in the spool. */
  end(timeoutMs?: number): Promise<ExitCode>;
}

const much = 4_000;

export function goOnStage(
  run: CommandRun,
  credentials: Credentials,
  session: SessionChoice,
): StageRun {
  let refusal: KultiProblem | null = null;
  let lost = 0;
  const { server, agent_id: agentId, api_key: apiKey, key_source: keySource } = credentials;
  const agent = createAgent({
    server,
    agentId,
    apiKey,
    session,
    enabled: true,
    onProblem(problem) {
      const isKeyRefused = problem.code === "refused" && problem.status === 401;
      run.out.complain(
        isKeyRefused ? `${problem.message} The refused key is from ${keySource}.` : problem.message,
      );
      lost += problem.dropped;
      if (problem.code === "refused") refusal = problem;
    },
  });
  return {
    agent,
    get refusal() {
      return refusal;
    },
    async room() {
      if (agent.pending > much) await agent.flush();
    },
    async end(timeoutMs = 10_000) {
      const { drained } = await agent.close({ timeoutMs });
      if (lost > 0 || refusal) return 1;
      return drained ? 0 : 75;
    },
  };
}

/** Prints the address of the agent's stage. */
export function tellAddress(
  run: CommandRun,
  { site_url: siteUrl, agent_id: agentId }: Credentials,
) {
  const url = watchUrl(siteUrl, agentId);
  if (url) run.out.note(`Watch: ${url}`);
}

export function sessionChoice(run: CommandRun, fallback: "continue" | "new"): SessionChoice {
  const choice = textFlag(run.flags, "session") ?? fallback;
  if (choice === "continue" || choice === "new" || uuidPattern.test(choice)) return choice;
  throw new UsageError(`--session is ${choice}; expected continue, new or a UUID`);
}
