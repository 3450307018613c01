/** Who speaks to which server: flags, then the environment, then `.kulti/local.json`, then the user's config. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { server_root } from "../options.ts";
import { type Flags, type Surroundings, text_flag, UsageError } from "./command.ts";
import { known_key, last_agent } from "./user-config.ts";

export interface Place {
  /** URL of the project. */
  server: string;
  /** Where people watch, if it is known. */
  site_url: string | null;
  /** What viewers read with, if it is known. */
  publishable_key: string | null;
}

export interface Credentials extends Place {
  agent_id: string;
  api_key: string;
}

export function find_place(flags: Flags, { env, cwd }: Surroundings): Place {
  const local = find_local(cwd);
  const given = text_flag(flags, "server") ?? env.KULTI_SERVER ?? env.KULTI_STATE_SERVER;
  const server = server_root(given ?? local?.api_url ?? "");
  if (!server) {
    throw new UsageError(
      "no server is known: start one with `npm start`, set KULTI_SERVER, or give --server",
    );
  }
  const is_local = local?.api_url !== undefined && server_root(local.api_url) === server;
  const site_url = env.KULTI_SITE_URL ?? (is_local ? local?.site_url : undefined);
  const publishable_key =
    env.KULTI_PUBLISHABLE_KEY ?? (is_local ? local?.publishable_key : undefined) ?? null;
  return { server, site_url: site_url?.replace(/\/+$/, "") ?? null, publishable_key };
}

/** The agent asked for and its key, as far as they are known. */
export function find_agent(
  flags: Flags,
  { env }: Surroundings,
  server: string,
): { agent_id?: string; api_key?: string } {
  const asked = text_flag(flags, "agent");
  const agent_id = asked ?? env.KULTI_AGENT_ID ?? last_agent(env, server);
  // A key in the environment belongs to the agent of the environment.
  const is_of_env = asked === undefined || asked === env.KULTI_AGENT_ID;
  const remembered = agent_id ? known_key(env, server, agent_id) : undefined;
  const of_env = is_of_env ? (env.KULTI_API_KEY ?? remembered) : (remembered ?? env.KULTI_API_KEY);
  const api_key = text_flag(flags, "key") ?? of_env;
  return { ...(agent_id ? { agent_id } : {}), ...(api_key ? { api_key } : {}) };
}

export function find_credentials(flags: Flags, surroundings: Surroundings): Credentials {
  const place = find_place(flags, surroundings);
  const { agent_id, api_key } = find_agent(flags, surroundings, place.server);
  if (!agent_id) {
    throw new UsageError(
      "no agent is known: make one with `kulti register <agent_id>`, set KULTI_AGENT_ID, or give --agent",
    );
  }
  if (!api_key) {
    throw new UsageError(
      `no key is known for ${agent_id} at ${place.server}: make one with \`kulti register\`, set KULTI_API_KEY, or give --key`,
    );
  }
  return { ...place, agent_id, api_key };
}

/** The stack that `npm start` runs here or in a folder above. */
function find_local(folder: string): Record<string, string> | null {
  for (let at = folder; ; at = dirname(at)) {
    try {
      return JSON.parse(readFileSync(join(at, ".kulti", "local.json"), "utf8"));
    } catch {
      if (dirname(at) === at) return null;
    }
  }
}
