/** For runs that need an agent and have none: registers one under a free id, and remembers its key. */
import { agent_id_pattern, routes } from "@kulti/protocol/routes.ts";
import { KultiError, register_agent, type Visibility } from "../index.ts";
import { platform_fetch } from "../options.ts";
import { register_timeout_ms } from "../register.ts";
import { create_transport, with_timeout } from "../transport.ts";
import { type CommandRun, choice_flag, text_flag } from "./command.ts";
import { type Credentials, find_agent, find_place } from "./credentials.ts";
import { known_key, remember_key } from "./user-config.ts";

export interface Newcomer {
  /** Asked for unless --agent names another; gets a suffix when it is taken. */
  agent_id: string;
  name: string;
  description?: string;
}

const visibilities: readonly Visibility[] = ["public", "unlisted", "private"];

/** Uses the key that is known for the agent; else registers it. */
export async function enlist(run: CommandRun, newcomer: Newcomer): Promise<Credentials> {
  const { flags, env } = run;
  const place = find_place(flags, run);
  const asked = text_flag(flags, "agent") ?? env.KULTI_AGENT_ID ?? newcomer.agent_id;
  const { api_key } = find_agent({ ...flags, agent: asked }, run, place);
  if (api_key && (await is_accepted(place.server, api_key))) {
    return { ...place, agent_id: asked, api_key };
  }
  // A key that is remembered and refused is from before the server was emptied.
  if (api_key && known_key(env, place.server, asked) === api_key) {
    remember_key(env, place.server, asked, null);
  }
  const visibility = choice_flag(flags, "visibility", visibilities);
  for (const agent_id of [asked, ...suffixed(asked)]) {
    try {
      const registration = await register_agent({
        server: place.server,
        ...newcomer,
        agent_id,
        ...(visibility ? { visibility } : {}),
      });
      remember_key(env, place.server, agent_id, registration.api_key);
      run.out.note(`Registered the agent ${agent_id}; its key is remembered.`);
      return { ...place, agent_id, api_key: registration.api_key };
    } catch (error) {
      if (!(error instanceof KultiError) || error.code !== "agent_exists") throw error;
    }
  }
  throw new Error(`Cannot register ${asked}: this id and others like it are taken. Give --agent.`);
}

function suffixed(agent_id: string): string[] {
  return Array.from({ length: 3 }, () => {
    const suffix = crypto.randomUUID().slice(0, 4);
    return `${agent_id.slice(0, 58)}-${suffix}`;
  });
}

/** Only Kulti's own word makes a key useless: what stands before it may say 401 as well. */
async function is_accepted(server: string, api_key: string): Promise<boolean> {
  const transport = create_transport(
    server,
    api_key,
    with_timeout(platform_fetch, register_timeout_ms),
  );
  const is_object = (body: unknown): body is object => typeof body === "object" && body !== null;
  const { signal } = new AbortController();
  const answer = await transport.get(routes.agent_keys, is_object, signal);
  if (answer.kind === "failed") {
    throw new Error(`Cannot reach ${server}: ${answer.why}. Is the server running?`);
  }
  return answer.kind === "done" || answer.code !== "unknown_key";
}

/** An agent id out of a file's name or any other text. */
export function agent_id_from(text: string, fallback: string): string {
  const id = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, 58)
    .replace(/-$/, "");
  return agent_id_pattern.test(id) ? id : fallback;
}

export function watch_url(site_url: string | null, agent_id: string): string | null {
  return site_url === null ? null : `${site_url}/watch/${agent_id}`;
}
