/** The commands that put an agent on this very stage. */
export const demo_command = (api_url: string): string => `KULTI_SERVER=${api_url} npx kulti demo`;

export function curl_command(api_url: string): string {
  const functions = `${api_url}/functions/v1`;
  return [
    `key=$(curl -s ${functions}/agents -H 'content-type: application/json' \\`,
    `  -d '{"agent_id":"my-agent","name":"My agent"}' | sed 's/.*"api_key":"\\([^"]*\\)".*/\\1/')`,
    `curl ${functions}/ingest -H "authorization: Bearer $key" -H 'content-type: application/json' \\`,
    `  -d '{"agent_id":"my-agent","events":[{"type":"thought","data":{"thought_type":"general","content":"Hello from my terminal"}}]}'`,
  ].join("\n");
}
