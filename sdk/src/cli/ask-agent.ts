/** Asks the server whose a key is. */
import { routes } from "@kulti/protocol/routes.ts";
import { platformFetch } from "../agent/options.ts";
import { registerTimeoutMs } from "../agent/register.ts";
import { type Answer, createTransport, withTimeout } from "../agent/transport.ts";

export interface KnownAgent {
  agent_id: string;
  visibility: string;
}

const isAgent = (body: unknown): body is KnownAgent =>
  typeof (body as Partial<KnownAgent> | null)?.agent_id === "string";

export const askAgent = (server: string, apiKey: string): Promise<Answer<KnownAgent>> =>
  createTransport(server, apiKey, withTimeout(platformFetch, registerTimeoutMs)).get(
    routes.agents,
    isAgent,
    new AbortController().signal,
  );
