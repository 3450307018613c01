/** The options of an agent, their defaults, and the environment variables behind them. */

import { agentIdPattern, functionsPath, uuidPattern } from "@kulti/protocol/routes.ts";
import { trimEnd } from "@kulti/protocol/text.ts";
import { batchDefaults } from "./batcher.ts";
import type { MessageHandler } from "./chat.ts";
import type { KultiProblem } from "./problem.ts";
import { createRedaction, type Redact, type Redaction } from "./redaction.ts";
import type { SessionChoice } from "./session.ts";
import { findSpoolFolder } from "./spool/folder.ts";
import { findHost } from "./spool/host.ts";
import type { Fetch } from "./transport.ts";

export interface AgentOptions {
  /** URL of the Supabase project, such as `http://127.0.0.1:54321`. Default: KULTI_SERVER, then KULTI_STATE_SERVER. */
  server?: string;
  /** Default: KULTI_AGENT_ID. */
  agentId?: string;
  /** The agent's key, `klt_…`. Default: KULTI_API_KEY. */
  apiKey?: string;
  /** Default: `new`. */
  session?: SessionChoice;
  /** False: nothing is sent. Default: true, unless KULTI_STREAM_ENABLED is `0` or `false`. */
  enabled?: boolean;
  /**
   * Called with each chat line from viewers; while the agent sends nothing, the SDK polls every `pollMs`. The lines
   * are untrusted: see `UntrustedMessage`.
   */
  onMessage?: MessageHandler;
  /** Called when something could not be sent. Default: writes each message once to stderr. */
  onProblem?: (problem: KultiProblem) => void;
  /** Milliseconds to gather events until the server's first reply sets the pace. Default: 200. */
  flushMs?: number;
  /** Milliseconds between polls for chat while the agent is silent. Default: 5,000. */
  pollMs?: number;
  /** Milliseconds until a request without an answer is aborted and retried. Default: 20,000. */
  timeoutMs?: number;
  /** Events held while the server can't be reached. Default: 20,000. */
  maxQueueEvents?: number;
  /** Bytes held while the server can't be reached. Default: 33,554,432. */
  maxQueueBytes?: number;
  /** Events in one request. Default: 500, the most the server takes. */
  maxBatchEvents?: number;
  /** Bytes of events in one request, before compression. Default: 4,128,768. */
  maxBatchBytes?: number;
  /**
   * First and longest wait between two tries, in milliseconds. A probe notices a returning server sooner, and
   * `Retry-After` may ask for more. Default: 300 and 30,000.
   */
  retryBaseMs?: number;
  retryCapMs?: number;
  /**
   * False: sends texts as they are; the server redacts secrets unless the agent's profile switches that off. A
   * function: gets a text, or a piece of a streamed one, after the usual redaction, and returns the text to show.
   * Default: true.
   */
  redact?: boolean | Redact;
  /**
   * Keeps unsent events on disk until the server has them, so that they outlive the process: the agent's next process
   * sends them. A text names the folder. Default: true, unless KULTI_SPOOL is `0`; the folder is KULTI_SPOOL_DIR, then
   * `$XDG_STATE_HOME/kulti/spool`. Only Node from 20.16, Deno and Bun have it.
   */
  spool?: boolean | string;
  /** Milliseconds for which each event is held back before it leaves; `panic()` drops it until then. Default: 0. */
  delayMs?: number;
  /** An error that nobody catches becomes an event, and the session ends as `error`. Default: true. */
  captureErrors?: boolean;
  /** Sends remaining events when the process ends normally. Default: true. */
  drainOnExit?: boolean;
  /** Default: the global fetch. */
  fetch?: Fetch;
}

export interface Settings
  extends Required<Omit<AgentOptions, "onMessage" | "onProblem" | "redact" | "spool">> {
  /** The folder of the spool; null for none. */
  spoolFolder: string | null;
  /** Sends what an earlier process left: if its session has ended, in a new one. */
  isResending: boolean;
  redaction: Redaction;
  /** The missing or wrong option, in one line; null if the agent can stream. */
  offReason: string | null;
  /** Why options were ignored in favour of their defaults. */
  ignored: string[];
}

/** Defaults of the options that are numbers over zero. */
const numberDefaults = {
  flushMs: 200,
  pollMs: 5_000,
  timeoutMs: 20_000,
  maxQueueEvents: 20_000,
  maxQueueBytes: 33_554_432,
  retryBaseMs: 300,
  retryCapMs: 30_000,
  ...(batchDefaults as { maxBatchEvents: number; maxBatchBytes: number }),
};

export function readSettings(options: AgentOptions): Settings {
  const server = serverRoot(
    options.server ?? env("KULTI_SERVER") ?? env("KULTI_STATE_SERVER") ?? "",
  );
  const agentId = options.agentId ?? env("KULTI_AGENT_ID") ?? "";
  const apiKey = options.apiKey ?? env("KULTI_API_KEY") ?? "";
  const session = options.session ?? "new";
  const numbers = { ...numberDefaults };
  const ignored: string[] = [];
  for (const name of Object.keys(numberDefaults) as (keyof typeof numberDefaults)[]) {
    const given: unknown = options[name];
    if (given === undefined) continue;
    if (typeof given === "number" && Number.isFinite(given) && given > 0) numbers[name] = given;
    else ignored.push(`${name} is ${String(given)}; expected a number over 0`);
  }
  if (options.fetch !== undefined && typeof options.fetch !== "function") {
    ignored.push("fetch is not a function");
  }
  return {
    server,
    agentId,
    apiKey,
    session,
    enabled: options.enabled ?? !["0", "false"].includes(env("KULTI_STREAM_ENABLED") ?? ""),
    ...numbers,
    delayMs: delayOf(options.delayMs ?? env("KULTI_DELAY_MS"), ignored),
    isResending: false,
    spoolFolder: spoolFolderOf(options.spool ?? true),
    captureErrors: options.captureErrors ?? true,
    maxBatchEvents: Math.min(numbers.maxBatchEvents, batchDefaults.maxBatchEvents),
    maxBatchBytes: Math.min(numbers.maxBatchBytes, batchDefaults.maxBatchBytes),
    ignored,
    redaction: createRedaction(options.redact ?? true),
    drainOnExit: options.drainOnExit ?? true,
    fetch: typeof options.fetch === "function" ? options.fetch : platformFetch,
    offReason: findOffReason({ server, agentId, apiKey, session }),
  };
}

function delayOf(given: unknown, ignored: string[]): number {
  if (given === undefined) return 0;
  const delayMs = Number(given);
  if (delayMs >= 0 && Number.isFinite(delayMs)) return delayMs;
  ignored.push(`delayMs is ${String(given)}; expected a number from 0`);
  return 0;
}

function spoolFolderOf(given: boolean | string): string | null {
  const host = given === false ? null : findHost();
  if (host === null) return null;
  try {
    return typeof given === "string" ? host.path.resolve(given) : findSpoolFolder(host);
  } catch {
    // Deno without the right to read the environment: then it may not write either.
    return null;
  }
}

/** Looked up on each call: tests and instrumentation replace it. */
export const platformFetch: Fetch = (url, init) => globalThis.fetch(url, init);

/** The project's URL from any address of it: without a slash at the end, without the functions' path. */
export function serverRoot(server: string): string {
  // Untyped code may pass a URL object.
  const trimmed = trimEnd(String(server).trim(), "/");
  const at = trimmed.indexOf(functionsPath);
  return at < 0 ? trimmed : trimmed.slice(0, at);
}

function findOffReason(
  given: Pick<Settings, "server" | "agentId" | "apiKey" | "session">,
): string | null {
  if (!given.server) return "no server is set: set KULTI_SERVER to the URL of the project";
  if (!/^https?:\/\//.test(given.server)) {
    return `the server ${given.server} is not an http(s) address: set KULTI_SERVER to the URL of the project`;
  }
  if (!given.agentId) return "no agent is set: set KULTI_AGENT_ID";
  if (!agentIdPattern.test(given.agentId)) {
    return `the agent id ${given.agentId} does not match ${agentIdPattern.source}`;
  }
  if (!given.apiKey) return "no key is set: set KULTI_API_KEY, or create one with `kulti register`";
  const { session } = given;
  if (session !== "continue" && session !== "new" && !uuidPattern.test(session)) {
    return `the session ${session} is not continue, new or a UUID`;
  }
  return null;
}

/** Undefined in browsers, and in Deno without the right to read the environment. */
function env(name: string): string | undefined {
  try {
    return globalThis.process?.env?.[name] || undefined;
  } catch {
    return undefined;
  }
}
