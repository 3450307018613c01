/** Makes an agent and its key. */
import { KultiError } from "@kulti/protocol/errors.ts";
import type { Visibility } from "@kulti/protocol/event.ts";
import { routes } from "@kulti/protocol/routes.ts";
import type { Agent, AgentKey } from "@kulti/protocol/wire.ts";
import { platform_fetch, server_root } from "./options.ts";
import { create_transport, with_timeout } from "./transport.ts";

export interface RegisterOptions {
  /** URL of the Supabase project. */
  server: string;
  agent_id: string;
  name?: string;
  avatar_url?: string;
  description?: string;
  /** Default: `public`. */
  visibility?: Visibility;
  /** The project's secret key, needed where registration is closed. */
  secret_key?: string;
}

export interface Registration {
  agent: Agent;
  /** Shown this once: the server keeps only its hash. */
  api_key: string;
  key: AgentKey;
}

/** The server gives its database fifteen seconds. */
export const register_timeout_ms = 20_000;

/** Throws KultiError (`agent_exists`, `registration_closed`, `rate_limited`, …), or Error when there is no answer. */
export async function register_agent(options: RegisterOptions): Promise<Registration> {
  const { server, secret_key, ...profile } = options;
  const root = server_root(server);
  const transport = create_transport(
    root,
    secret_key ?? null,
    with_timeout(platform_fetch, register_timeout_ms),
  );
  const url = root + routes.agents;
  const answer = await transport.post(
    routes.agents,
    JSON.stringify(profile),
    is_registration,
    new AbortController().signal,
  );
  if (answer.kind === "done") return answer.body;
  if (answer.kind === "failed") {
    throw new Error(`Cannot register at ${url}: ${answer.why}. Is the server running?`);
  }
  const { code, message, status } = answer;
  throw new KultiError(code, `${message} (${profile.agent_id} at ${url}, HTTP ${status})`);
}

const is_registration = (body: unknown): body is Registration =>
  typeof (body as Partial<Registration> | null)?.api_key === "string";
