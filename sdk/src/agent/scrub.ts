/** Removes a leaked text from a session of the agent. */
import { KultiError } from "@kulti/protocol/errors.ts";
import { routes } from "@kulti/protocol/routes.ts";
import type { ScrubReply, ScrubRequest } from "@kulti/protocol/wire.ts";
import { platformFetch, serverRoot } from "./options.ts";
import { createTransport, withTimeout } from "./transport.ts";

export interface ScrubOptions {
  /** URL of the Supabase project. */
  server: string;
  apiKey: string;
  sessionId: string;
  /** The exact text, 4 characters to 4,096 bytes. */
  text: string;
}

/** A session of some 100,000 events takes seconds. */
const timeoutMs = 60_000;

/**
 * Replaces the text by `[removed]` in events, chat, search, figures and stored broadcasts; open pages drop it within
 * seconds. Resolves to the numbers of events and chat lines that held it. Throws KultiError (`session_not_found`,
 * `rate_limited`, …), or Error when there is no answer.
 */
export async function scrubSession(options: ScrubOptions): Promise<ScrubReply> {
  const root = serverRoot(options.server);
  const transport = createTransport(root, options.apiKey, withTimeout(platformFetch, timeoutMs));
  const body: ScrubRequest = { session_id: options.sessionId, text: options.text };
  const { signal } = new AbortController();
  const answer = await transport.post(
    routes.agent_scrub,
    JSON.stringify(body),
    isScrubReply,
    signal,
  );
  if (answer.kind === "done") return answer.body;
  if (answer.kind === "refused") throw new KultiError(answer.code, answer.message);
  throw new Error(`Cannot remove the text at ${root}: ${answer.why}. Is the server running?`);
}

const isScrubReply = (body: unknown): body is ScrubReply =>
  typeof (body as Partial<ScrubReply> | null)?.events === "number";
