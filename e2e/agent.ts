/** Registers an agent as an outsider does: two HTTP calls. */
import { target } from "./target.ts";

export interface TestAgent {
  agent_id: string;
  api_key: string;
  /** Posts events as one batch and returns ingest's reply. */
  post(events: unknown[], request?: Record<string, unknown>): Promise<IngestAnswer>;
}

export interface IngestAnswer {
  session_id: string;
  accepted: number;
  duplicates: number;
  last_seq: number;
  redacted: number;
  flush_ms: number;
  messages: { seq: number; sender: string; name: string; text: string }[];
}

export const newAgentId = () => `e2e-${crypto.randomUUID().slice(0, 13)}`;

export async function register(profile: Record<string, unknown> = {}): Promise<TestAgent> {
  const agentId = (profile.agent_id as string) ?? newAgentId();
  // Registrations with the secret key do not count towards the limit of this machine's address.
  const project = { apikey: target.secret_key };
  const { api_key: apiKey } = await call("agents", { ...profile, agent_id: agentId }, project);
  return {
    agent_id: agentId,
    api_key: apiKey,
    post: (events, request = {}) =>
      call(
        "ingest",
        { agent_id: agentId, ...request, events },
        { authorization: `Bearer ${apiKey}` },
      ),
  };
}

export async function call(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${target.api_url}/functions/v1/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const reply = await response.json();
  if (!response.ok)
    throw new Error(`${path} answered ${response.status}: ${JSON.stringify(reply)}`);
  return reply;
}

export const thought = (content: string, thoughtType = "general") => ({
  type: "thought",
  data: { thought_type: thoughtType, content },
});

export const status = (value: string) => ({ type: "status", data: { status: value } });

/** Events `stepMs` apart, the last one just now. */
export const spaced = (events: object[], stepMs: number) =>
  events.map((event, index) => ({
    ...event,
    at: new Date(Date.now() - (events.length - 1 - index) * stepMs).toISOString(),
  }));
