/** Shared by the tests of the functions. */
import { fail } from "node:assert/strict";
import { KultiError } from "../protocol/errors.ts";
import { type Callers, createCallers } from "./callers.ts";
import type { Database } from "./db.ts";

/** The promise's KultiError; anything else fails the test. */
export async function refused(promise: Promise<unknown>): Promise<KultiError> {
  const outcome = await promise.catch((error: unknown) => error);
  return outcome instanceof KultiError ? outcome : fail(`not refused: ${Deno.inspect(outcome)}`);
}

/** Callers of a database that takes every key for this agent's. */
export function knownCallers({ agentId }: { agentId: string }): Callers {
  const answers: Record<string, unknown> = {
    address_header: "x-forwarded-for",
    authenticate_agent: { agent_id: agentId, redact_secrets: true },
  };
  const call = (name: string) =>
    name in answers ? Promise.resolve(answers[name]) : fail(`${name} was called`);
  return createCallers({ call } as Database);
}
