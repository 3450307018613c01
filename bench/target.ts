/** The Kulti to measure, from the environment, and agents on it. */
export interface Target {
  api_url: string;
  publishable_key: string;
}

export function target_from_environment(): Target {
  const { KULTI_API_URL, KULTI_PUBLISHABLE_KEY } = process.env;
  if (!KULTI_API_URL || !KULTI_PUBLISHABLE_KEY) {
    throw new Error("Cannot measure: KULTI_API_URL and KULTI_PUBLISHABLE_KEY are not set.");
  }
  return { api_url: KULTI_API_URL, publishable_key: KULTI_PUBLISHABLE_KEY };
}

/** Where the built site is served. */
export function site_from_environment(): string {
  const { KULTI_SITE_URL } = process.env;
  if (!KULTI_SITE_URL) throw new Error("Cannot open the stage: KULTI_SITE_URL is not set.");
  return KULTI_SITE_URL;
}

/** Role postgres, for what is measured on a filled database. */
export function database_from_environment(): string {
  const { KULTI_DB_URL } = process.env;
  if (!KULTI_DB_URL) throw new Error("Cannot fill the database: KULTI_DB_URL is not set.");
  return KULTI_DB_URL;
}

export interface BenchAgent {
  agent_id: string;
  /** Resolves with the session's id once the batch is committed. */
  post(events: unknown[]): Promise<string>;
}

export async function register_agent({ api_url }: Target): Promise<BenchAgent> {
  const agent_id = `bench-${crypto.randomUUID().slice(0, 8)}`;
  const { api_key } = await send(`${api_url}/functions/v1/agents`, { agent_id });
  const authorization = { authorization: `Bearer ${api_key}` };
  return {
    agent_id,
    async post(events) {
      const body = { agent_id, events };
      return (await send(`${api_url}/functions/v1/ingest`, body, authorization)).session_id;
    },
  };
}

async function send(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const reply = await response.json();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(reply)}`);
  return reply;
}
