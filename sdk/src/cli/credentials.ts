/**
 * Who speaks to which server: flags, then the environment, then `.kulti/local.json`, then the user's config.
 *
 * A `.kulti/local.json` may have come with a foreign folder. So it is believed about this machine alone, and a server
 * that it names gets no key but one that was made at that server: never one of the environment.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { trim_end } from "@kulti/protocol/text.ts";
import { server_root } from "../options.ts";
import {
  type CommandRun,
  type Flags,
  type Surroundings,
  text_flag,
  UsageError,
} from "./command.ts";
import { known_key, last_agent } from "./user-config.ts";

export interface Place {
  /** URL of the project. */
  server: string;
  /** Named by a `.kulti/local.json`, not by the user. */
  is_found: boolean;
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
  const found = local && server_root(local.api_url ?? "");
  if (!given && found && !is_this_machine(found)) {
    throw new UsageError(
      `${local.path} names the server ${found}, which is not on this machine: set KULTI_SERVER or give --server if you mean it`,
    );
  }
  const server = server_root(given ?? found ?? "");
  if (!server) {
    throw new UsageError(
      "no server is known: start one with `npm start`, set KULTI_SERVER, or give --server",
    );
  }
  const is_local = found === server;
  const site_url = env.KULTI_SITE_URL ?? (is_local ? local?.site_url : undefined);
  const publishable_key =
    env.KULTI_PUBLISHABLE_KEY ?? (is_local ? local?.publishable_key : undefined) ?? null;
  return {
    ...{ server, is_found: !given, publishable_key },
    site_url: site_url === undefined ? null : trim_end(site_url, "/"),
  };
}

/** The agent asked for and its key, as far as they are known. */
export function find_agent(
  flags: Flags,
  run: Pick<CommandRun, "env" | "out">,
  place: Pick<Place, "server" | "is_found">,
): { agent_id?: string; api_key?: string } {
  const { env } = run;
  const { server } = place;
  const asked = text_flag(flags, "agent");
  const agent_id = asked ?? env.KULTI_AGENT_ID ?? last_agent(env, server);
  // A key in the environment belongs to the agent of the environment.
  const is_of_env = asked === undefined || asked === env.KULTI_AGENT_ID;
  const remembered = agent_id ? known_key(env, server, agent_id) : undefined;
  const given = text_flag(flags, "key");
  const env_key = given ? undefined : env_secret("KULTI_API_KEY", run, place);
  const of_env = is_of_env ? (env_key ?? remembered) : (remembered ?? env_key);
  const api_key = given ?? of_env;
  return { ...(agent_id ? { agent_id } : {}), ...(api_key ? { api_key } : {}) };
}

/** A secret of the environment, for a server that the user has named; else a warning that it is not used. */
export function env_secret(
  name: "KULTI_API_KEY" | "KULTI_SECRET_KEY",
  { env, out }: Pick<CommandRun, "env" | "out">,
  { server, is_found }: Pick<Place, "server" | "is_found">,
): string | undefined {
  const secret = env[name];
  if (!secret || !is_found) return secret;
  out.complain(
    `${name} is not sent to ${server}, which only a .kulti/local.json names: set KULTI_SERVER if you mean it.`,
  );
  return undefined;
}

export function find_credentials(flags: Flags, run: CommandRun): Credentials {
  const place = find_place(flags, run);
  const { agent_id, api_key } = find_agent(flags, run, place);
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

interface LocalFile {
  path: string;
  api_url?: string;
  site_url?: string;
  publishable_key?: string;
}

/** The stack that `npm start` runs here or in a folder above. */
function find_local(folder: string): LocalFile | null {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, ".kulti", "local.json");
    try {
      return { ...JSON.parse(readFileSync(path, "utf8")), path };
    } catch {
      if (dirname(at) === at) return null;
    }
  }
}

function is_this_machine(address: string): boolean {
  const { hostname = "" } = URL.parse(address) ?? {};
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
