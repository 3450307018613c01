/** What an agent may set, with its defaults, and where the rest is found. */

import { agent_id_pattern, functions_path, uuid_pattern } from "@kulti/protocol/routes.ts";
import { trim_end } from "@kulti/protocol/text.ts";
import { batch_defaults } from "./batcher.ts";
import type { MessageHandler } from "./chat.ts";
import type { KultiProblem } from "./problem.ts";
import { create_redaction, type Redact, type Redaction } from "./redaction.ts";
import type { SessionChoice } from "./session.ts";
import type { Fetch } from "./transport.ts";

export interface AgentOptions {
  /** URL of the Supabase project, such as `http://127.0.0.1:54321`. Default: KULTI_SERVER, then KULTI_STATE_SERVER. */
  server?: string;
  /** Default: KULTI_AGENT_ID. */
  agent_id?: string;
  /** The agent's key, `klt_…`. Default: KULTI_API_KEY. */
  api_key?: string;
  /** Default: `continue`. */
  session?: SessionChoice;
  /** False: nothing is sent. Default: true, unless KULTI_STREAM_ENABLED is `0` or `false`. */
  enabled?: boolean;
  /**
   * Called with each chat line from viewers; asks for them every `poll_ms` while nothing is sent. The lines are
   * untrusted: see `UntrustedMessage`.
   */
  on_message?: MessageHandler;
  /** Called when something could not be sent. Default: the first of each kind is written to stderr. */
  on_problem?: (problem: KultiProblem) => void;
  /** Milliseconds to gather events before the first answer of the server, which then sets the pace. Default: 200. */
  flush_ms?: number;
  /** Milliseconds between looks at the chat while the agent is silent. Default: 5,000. */
  poll_ms?: number;
  /** Milliseconds until a request without an answer is given up and tried again. Default: 20,000. */
  timeout_ms?: number;
  /** Events held while the server can't be reached. Default: 20,000. */
  max_queue_events?: number;
  /** Bytes held while the server can't be reached. Default: 33,554,432. */
  max_queue_bytes?: number;
  /** Events in one request. Default: 500, the most the server takes. */
  max_batch_events?: number;
  /** Bytes of events in one request, before compression. Default: 4,128,768. */
  max_batch_bytes?: number;
  /**
   * First and longest wait between two tries, in milliseconds. A server that comes back is noticed sooner, and
   * `Retry-After` may ask for more. Default: 300 and 30,000.
   */
  retry_base_ms?: number;
  retry_cap_ms?: number;
  /**
   * False: texts leave as they are, and the server takes secrets out unless the agent's profile says otherwise. A
   * function: takes a text, or a piece of one that is streamed, and gives what may be shown of it, after the usual
   * secrets were taken out. Default: true.
   */
  redact?: boolean | Redact;
  /** Send what is left when the process would end by itself. Default: true. */
  drain_on_exit?: boolean;
  /** Default: the global fetch. */
  fetch?: Fetch;
}

export interface Settings
  extends Required<Omit<AgentOptions, "on_message" | "on_problem" | "redact">> {
  redaction: Redaction;
  /** What is missing or wrong, in one line; null when the agent can stream. */
  obstacle: string | null;
  /** Options that are of no use and were left at their defaults. */
  useless: string[];
}

/** Defaults of the options that are numbers over zero. */
const number_defaults = {
  flush_ms: 200,
  poll_ms: 5_000,
  timeout_ms: 20_000,
  max_queue_events: 20_000,
  max_queue_bytes: 33_554_432,
  retry_base_ms: 300,
  retry_cap_ms: 30_000,
  ...(batch_defaults as { max_batch_events: number; max_batch_bytes: number }),
};

export function settle(options: AgentOptions): Settings {
  const server = server_root(
    options.server ?? env("KULTI_SERVER") ?? env("KULTI_STATE_SERVER") ?? "",
  );
  const agent_id = options.agent_id ?? env("KULTI_AGENT_ID") ?? "";
  const api_key = options.api_key ?? env("KULTI_API_KEY") ?? "";
  const session = options.session ?? "continue";
  const numbers = { ...number_defaults };
  const useless: string[] = [];
  for (const name of Object.keys(number_defaults) as (keyof typeof number_defaults)[]) {
    const given: unknown = options[name];
    if (given === undefined) continue;
    if (typeof given === "number" && Number.isFinite(given) && given > 0) numbers[name] = given;
    else useless.push(`${name} is ${String(given)}, which is no number over 0`);
  }
  if (options.fetch !== undefined && typeof options.fetch !== "function") {
    useless.push("fetch is no function");
  }
  return {
    server,
    agent_id,
    api_key,
    session,
    enabled: options.enabled ?? !["0", "false"].includes(env("KULTI_STREAM_ENABLED") ?? ""),
    ...numbers,
    max_batch_events: Math.min(numbers.max_batch_events, batch_defaults.max_batch_events),
    max_batch_bytes: Math.min(numbers.max_batch_bytes, batch_defaults.max_batch_bytes),
    useless,
    redaction: create_redaction(options.redact ?? true),
    drain_on_exit: options.drain_on_exit ?? true,
    fetch: typeof options.fetch === "function" ? options.fetch : platform_fetch,
    obstacle: obstacle({ server, agent_id, api_key, session }),
  };
}

/** Looked up with each call: tests and instrumentation replace it. */
export const platform_fetch: Fetch = (url, init) => globalThis.fetch(url, init);

/** The project's URL out of any address of it: without a slash at its end, without the functions' path. */
export function server_root(server: string): string {
  const trimmed = trim_end(server.trim(), "/");
  const at = trimmed.indexOf(functions_path);
  return at < 0 ? trimmed : trimmed.slice(0, at);
}

function obstacle(
  given: Pick<Settings, "server" | "agent_id" | "api_key" | "session">,
): string | null {
  if (!given.server) return "the server is not known: set KULTI_SERVER to the URL of the project";
  if (!/^https?:\/\//.test(given.server)) {
    return `the server ${given.server} is no http(s) address: set KULTI_SERVER to the URL of the project`;
  }
  if (!given.agent_id) return "the agent is not known: set KULTI_AGENT_ID";
  if (!agent_id_pattern.test(given.agent_id)) {
    return `the agent id ${given.agent_id} is not of the form ${agent_id_pattern.source}`;
  }
  if (!given.api_key)
    return "the key is missing: set KULTI_API_KEY, or make one with `kulti register`";
  const { session } = given;
  if (session !== "continue" && session !== "new" && !uuid_pattern.test(session)) {
    return `the session ${session} is neither continue nor new nor a UUID`;
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
