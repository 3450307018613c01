/** What the tests of the functions share. */
import { fail } from "node:assert/strict";
import { KultiError } from "../protocol/errors.ts";

/** The KultiError which the promise rejects with; anything else fails the test. */
export async function refused(promise: Promise<unknown>): Promise<KultiError> {
  const outcome = await promise.catch((error: unknown) => error);
  return outcome instanceof KultiError ? outcome : fail(`not refused: ${Deno.inspect(outcome)}`);
}
