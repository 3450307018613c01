/** Keys made by `kulti register`, kept for the user: `$XDG_CONFIG_HOME/kulti/config.json`, readable by nobody else. */
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileProblem } from "./files.ts";

interface UserConfig {
  servers: Record<string, { last_agent?: string; agents: Record<string, { api_key: string }> }>;
}

type Env = Record<string, string | undefined>;

export function configPath(env: Env): string {
  return join(
    env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config"),
    "kulti",
    "config.json",
  );
}

/** Empty when there is none, or none that can be read. */
function readConfig(env: Env): UserConfig {
  try {
    const config = JSON.parse(readFileSync(configPath(env), "utf8")) as Partial<UserConfig>;
    return { servers: config.servers ?? {} };
  } catch {
    return { servers: {} };
  }
}

export function knownKey(env: Env, server: string, agentId: string): string | undefined {
  return readConfig(env).servers[server]?.agents?.[agentId]?.api_key;
}

export function lastAgent(env: Env, server: string): string | undefined {
  return readConfig(env).servers[server]?.last_agent;
}

/** Keeps the key, or forgets it when it is null. Only a default agent becomes the one that commands use unasked. */
export function rememberKey(
  env: Env,
  server: string,
  agentId: string,
  apiKey: string | null,
  { isDefault = false } = {},
): void {
  const config = readConfig(env);
  const known = config.servers[server] ?? { agents: {} };
  const agents = { ...known.agents };
  if (apiKey === null) delete agents[agentId];
  else agents[agentId] = { api_key: apiKey };
  const lastAgent = isDefault ? agentId : known.last_agent;
  config.servers[server] = { agents, ...(lastAgent ? { last_agent: lastAgent } : {}) };
  const path = configPath(env);
  try {
    writePrivate(path, `${JSON.stringify(config, null, 2)}\n`);
  } catch (error) {
    throw new Error(`Cannot save the key of ${agentId} in ${path}: ${fileProblem(error)}.`);
  }
}

/** Written under another name and renamed, so that a second process never reads half of it. */
function writePrivate(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}
