/** Makes an agent and its key. */
import { KultiError } from "@kulti/protocol/errors.ts";
import type { Visibility } from "@kulti/protocol/event.ts";
import { routes } from "@kulti/protocol/routes.ts";
import type { Agent, AgentKey, RegisterReply, RegisterRequest } from "@kulti/protocol/wire.ts";
import { platformFetch, serverRoot } from "./options.ts";
import { createTransport, withTimeout } from "./transport.ts";

export interface RegisterOptions {
  /** URL of the Supabase project. */
  server: string;
  agentId: string;
  name?: string;
  avatarUrl?: string;
  description?: string;
  /** Default: `public`. */
  visibility?: Visibility;
  /** The project's secret key, needed if registration is closed. */
  secretKey?: string;
}

export interface Registration {
  agent: Agent;
  /** The server returns it only this once and keeps only its hash. */
  apiKey: string;
  key: AgentKey;
}

/** Longer than the server's own limit of fifteen seconds for its database. */
export const registerTimeoutMs = 20_000;

/** Throws KultiError (`agent_exists`, `registration_closed`, `rate_limited`, …), or Error when there is no answer. */
export async function registerAgent(options: RegisterOptions): Promise<Registration> {
  const { server, secretKey, agentId, avatarUrl, ...rest } = options;
  const profile: RegisterRequest = {
    agent_id: agentId,
    ...(avatarUrl !== undefined && { avatar_url: avatarUrl }),
    ...rest,
  };
  const root = serverRoot(server);
  const transport = createTransport(
    root,
    secretKey ?? null,
    withTimeout(platformFetch, registerTimeoutMs),
  );
  const url = root + routes.agents;
  const answer = await transport.post(
    routes.agents,
    JSON.stringify(profile),
    isRegistration,
    new AbortController().signal,
  );
  if (answer.kind === "done") {
    const { agent, api_key: apiKey, key } = answer.body;
    return { agent, apiKey, key };
  }
  if (answer.kind === "failed") {
    throw new Error(`Cannot register at ${url}: ${answer.why}. Is the server running?`);
  }
  const { code, message, status } = answer;
  throw new KultiError(code, `${message} (${agentId} at ${url}, HTTP ${status})`);
}

const isRegistration = (body: unknown): body is RegisterReply =>
  typeof (body as Partial<RegisterReply> | null)?.api_key === "string";
