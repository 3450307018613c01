/** Registers an agent under a free id for commands that need one and have none, and saves its key. */
import { agentIdPattern, routes } from "@kulti/protocol/routes.ts";
import { platformFetch } from "../agent/options.ts";
import { registerTimeoutMs } from "../agent/register.ts";
import { createTransport, withTimeout } from "../agent/transport.ts";
import { KultiError, registerAgent, type Visibility } from "../index.ts";
import { type CommandRun, choiceFlag, textFlag } from "./command.ts";
import { type Credentials, findAgent, findPlace } from "./credentials.ts";
import { configPath, knownKey, rememberKey } from "./user-config.ts";

export interface NewAgent {
  /** The default unless --agent names another; gets a suffix if it is taken. */
  agentId: string;
  name: string;
  description?: string;
}

const visibilities: readonly Visibility[] = ["public", "unlisted", "private"];

/** Uses the agent's saved key, or registers the agent. */
export async function findOrRegister(run: CommandRun, newAgent: NewAgent): Promise<Credentials> {
  const { flags, env } = run;
  const place = findPlace(flags, run);
  const asked = textFlag(flags, "agent") ?? env.KULTI_AGENT_ID ?? newAgent.agentId;
  const found = findAgent({ ...flags, agent: asked }, run, place);
  const { api_key: apiKey, key_source: keySource = "" } = found;
  if (apiKey && (await isAccepted(place.server, apiKey))) {
    return { ...place, agent_id: asked, api_key: apiKey, key_source: keySource };
  }
  // A saved key that the server refuses dates from before the server was reset.
  if (apiKey && knownKey(env, place.server, asked) === apiKey) {
    rememberKey(env, place.server, asked, null);
  }
  const visibility = choiceFlag(flags, "visibility", visibilities);
  for (const agentId of [asked, ...suffixed(asked)]) {
    try {
      const registration = await registerAgent({
        server: place.server,
        ...newAgent,
        agentId,
        ...(visibility ? { visibility } : {}),
      });
      rememberKey(env, place.server, agentId, registration.apiKey);
      run.out.note(`Registered the agent ${agentId} and saved its key.`);
      return {
        ...place,
        agent_id: agentId,
        api_key: registration.apiKey,
        key_source: configPath(env),
      };
    } catch (error) {
      if (!(error instanceof KultiError) || error.code !== "agent_exists") throw error;
    }
  }
  throw new Error(`Cannot register ${asked}: this id and similar ones are taken. Give --agent.`);
}

function suffixed(agentId: string): string[] {
  return Array.from({ length: 3 }, () => {
    const suffix = crypto.randomUUID().slice(0, 4);
    return `${agentId.slice(0, 58)}-${suffix}`;
  });
}

/** Only a refusal by Kulti itself makes a key useless: a proxy before it may answer 401 too. */
async function isAccepted(server: string, apiKey: string): Promise<boolean> {
  const transport = createTransport(server, apiKey, withTimeout(platformFetch, registerTimeoutMs));
  const isObject = (body: unknown): body is object => typeof body === "object" && body !== null;
  const { signal } = new AbortController();
  const answer = await transport.get(routes.agent_keys, isObject, signal);
  if (answer.kind === "failed") {
    throw new Error(`Cannot reach ${server}: ${answer.why}. Is the server running?`);
  }
  return answer.kind === "done" || answer.code !== "unknown_key";
}

/** Makes an agent id of a file's name or any other text. */
export function agentIdFrom(text: string, fallback: string): string {
  const id = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, 58)
    .replace(/-$/, "");
  return agentIdPattern.test(id) ? id : fallback;
}

export function watchUrl(siteUrl: string | null, agentId: string): string | null {
  return siteUrl === null ? null : `${siteUrl}/watch/${agentId}`;
}
