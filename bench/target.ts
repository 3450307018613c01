/** The Kulti to measure, as named by the environment, and agents on it. */
export interface Target {
  api_url: string;
  publishable_key: string;
}

export function targetFromEnvironment(): Target {
  const { KULTI_API_URL: kultiApiUrl, KULTI_PUBLISHABLE_KEY: kultiPublishableKey } = process.env;
  if (!kultiApiUrl || !kultiPublishableKey) {
    throw new Error("Cannot measure: KULTI_API_URL and KULTI_PUBLISHABLE_KEY are not set.");
  }
  return { api_url: kultiApiUrl, publishable_key: kultiPublishableKey };
}

/** Where the built site is served. */
export function siteFromEnvironment(): string {
  const { KULTI_SITE_URL: kultiSiteUrl } = process.env;
  if (!kultiSiteUrl) throw new Error("Cannot open the stage: KULTI_SITE_URL is not set.");
  return kultiSiteUrl;
}

/** Role postgres, for measurements on a filled database. */
export function databaseFromEnvironment(): string {
  const { KULTI_DB_URL: kultiDbUrl } = process.env;
  if (!kultiDbUrl) throw new Error("Cannot fill the database: KULTI_DB_URL is not set.");
  return kultiDbUrl;
}

export interface BenchAgent {
  agent_id: string;
  /** Resolves with the session's id once the batch is committed. */
  post(events: unknown[]): Promise<string>;
}

export async function registerAgent({ api_url: apiUrl }: Target): Promise<BenchAgent> {
  const agentId = `bench-${crypto.randomUUID().slice(0, 8)}`;
  const { api_key: apiKey } = await send(`${apiUrl}/functions/v1/agents`, { agent_id: agentId });
  const authorization = { authorization: `Bearer ${apiKey}` };
  return {
    agent_id: agentId,
    async post(events) {
      const body = { agent_id: agentId, events };
      return (await send(`${apiUrl}/functions/v1/ingest`, body, authorization)).session_id;
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
