/**
 * Finds server, agent and key: flags, then the environment, then `.kulti/local.json`, then the user's config.
 *
 * A `.kulti/local.json` may have come with a foreign folder. So it may only name a server on this machine, and that
 * server gets only a key that was made at it, never one of the environment.
 */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { trimEnd } from "@kulti/protocol/text.ts";
import { serverRoot } from "../agent/options.ts";
import { type CommandRun, type Flags, type Surroundings, textFlag, UsageError } from "./command.ts";
import { configPath, knownKey, lastAgent } from "./user-config.ts";

export interface Place {
  /** URL of the project. */
  server: string;
  /** Named by a `.kulti/local.json`, not by the user. */
  isFound: boolean;
  /** Where people watch, if it is known. */
  site_url: string | null;
  /** The key that viewers read with, if known. */
  publishable_key: string | null;
}

export interface Credentials extends Place {
  agent_id: string;
  api_key: string;
  /** The flag, variable or file that the key is from. */
  key_source: string;
}

export function findPlace(flags: Flags, { env, cwd }: Surroundings): Place {
  const local = findLocal(cwd, env.KULTI_DIR);
  const given = textFlag(flags, "server") ?? env.KULTI_SERVER ?? env.KULTI_STATE_SERVER;
  const found = local && serverRoot(local.api_url ?? "");
  if (!given && found && !isThisMachine(found)) {
    throw new UsageError(
      `${local.path} names the server ${found}, which is not on this machine: to use it, set KULTI_SERVER or give --server`,
    );
  }
  const server = serverRoot(given ?? found ?? "");
  if (!server) {
    throw new UsageError(
      "no server: start one with `npm start`, set KULTI_SERVER, or give --server",
    );
  }
  const isLocal = found === server;
  const siteUrl = env.KULTI_SITE_URL ?? (isLocal ? local?.site_url : undefined);
  const publishableKey =
    env.KULTI_PUBLISHABLE_KEY ?? (isLocal ? local?.publishable_key : undefined) ?? null;
  return {
    server,
    isFound: !given,
    publishable_key: publishableKey,
    site_url: siteUrl === undefined ? null : trimEnd(siteUrl, "/"),
  };
}

/** The requested agent and its key, as far as known. */
export function findAgent(
  flags: Flags,
  run: Pick<CommandRun, "env" | "out">,
  place: Pick<Place, "server" | "isFound">,
): Partial<Pick<Credentials, "agent_id" | "api_key" | "key_source">> {
  const { env } = run;
  const { server } = place;
  const asked = textFlag(flags, "agent");
  const agentId = asked ?? env.KULTI_AGENT_ID ?? lastAgent(env, server);
  // A key in the environment belongs to the agent of the environment.
  const isOfEnv = asked === undefined || asked === env.KULTI_AGENT_ID;
  const remembered = agentId ? knownKey(env, server, agentId) : undefined;
  const given = textFlag(flags, "key");
  const envKey = given ? undefined : envSecret("KULTI_API_KEY", run, place);
  const ofEnv = isOfEnv ? (envKey ?? remembered) : (remembered ?? envKey);
  const apiKey = given ?? ofEnv;
  const keySource = given ? "--key" : apiKey === envKey ? "KULTI_API_KEY" : configPath(env);
  return {
    ...(agentId ? { agent_id: agentId } : {}),
    ...(apiKey ? { api_key: apiKey, key_source: keySource } : {}),
  };
}

/** A secret of the environment if the user named the server; else warns that it is not sent. */
export function envSecret(
  name: "KULTI_API_KEY" | "KULTI_SECRET_KEY",
  { env, out }: Pick<CommandRun, "env" | "out">,
  { server, isFound }: Pick<Place, "server" | "isFound">,
): string | undefined {
  const secret = env[name];
  if (!secret || !isFound) return secret;
  out.complain(
    `${name} is not sent to ${server}, which only a .kulti/local.json names. To send it, set KULTI_SERVER.`,
  );
  return undefined;
}

export function findCredentials(flags: Flags, run: CommandRun): Credentials {
  const place = findPlace(flags, run);
  const found = findAgent(flags, run, place);
  const { agent_id: agentId, api_key: apiKey, key_source: keySource = "" } = found;
  if (!agentId) {
    throw new UsageError(
      "no agent: create one with `kulti register <agent_id>`, set KULTI_AGENT_ID, or give --agent",
    );
  }
  if (!apiKey) {
    throw new UsageError(
      `no key for ${agentId} at ${place.server}: create one with \`kulti register\`, set KULTI_API_KEY, or give --key`,
    );
  }
  return { ...place, agent_id: agentId, api_key: apiKey, key_source: keySource };
}

interface LocalFile {
  path: string;
  api_url?: string;
  site_url?: string;
  publishable_key?: string;
}

/** The stack that `npm start` runs in KULTI_DIR, or else here or in a folder above. */
function findLocal(folder: string, kultiDir: string | undefined): LocalFile | null {
  if (kultiDir) {
    const path = resolve(folder, kultiDir, "local.json");
    try {
      return { ...JSON.parse(readFileSync(path, "utf8")), path };
    } catch {
      return null;
    }
  }
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, ".kulti", "local.json");
    try {
      return { ...JSON.parse(readFileSync(path, "utf8")), path };
    } catch {
      if (dirname(at) === at) return null;
    }
  }
}

function isThisMachine(address: string): boolean {
  const { hostname = "" } = URL.parse(address) ?? {};
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
