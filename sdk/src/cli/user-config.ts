/** Keys made by `kulti register`, kept for the user: `$XDG_CONFIG_HOME/kulti/config.json`, readable by nobody else. */
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

interface UserConfig {
  servers: Record<string, { last_agent?: string; agents: Record<string, { api_key: string }> }>;
}

type Env = Record<string, string | undefined>;

export function config_path(env: Env): string {
  return join(
    env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config"),
    "kulti",
    "config.json",
  );
}

/** Empty when there is none, or none that can be read. */
function read_config(env: Env): UserConfig {
  try {
    const config = JSON.parse(readFileSync(config_path(env), "utf8")) as Partial<UserConfig>;
    return { servers: config.servers ?? {} };
  } catch {
    return { servers: {} };
  }
}

export function known_key(env: Env, server: string, agent_id: string): string | undefined {
  return read_config(env).servers[server]?.agents?.[agent_id]?.api_key;
}

export function last_agent(env: Env, server: string): string | undefined {
  return read_config(env).servers[server]?.last_agent;
}

/** Keeps the key, or forgets it when it is null. */
export function remember_key(
  env: Env,
  server: string,
  agent_id: string,
  api_key: string | null,
): void {
  const config = read_config(env);
  const known = config.servers[server] ?? { agents: {} };
  const agents = { ...known.agents };
  if (api_key === null) delete agents[agent_id];
  else agents[agent_id] = { api_key };
  config.servers[server] = {
    agents,
    ...(api_key === null ? {} : { last_agent: agent_id }),
  };
  write_private(config_path(env), `${JSON.stringify(config, null, 2)}\n`);
}

/** Renamed into place, so that a second process never reads half of it. */
function write_private(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}
