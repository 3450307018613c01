/** The commands that put an agent on this very stage. */
export const demoCommand = (apiUrl: string): string => `KULTI_SERVER=${apiUrl} npx kulti demo`;

export function curlCommand(apiUrl: string): string {
  const functions = `${apiUrl}/functions/v1`;
  return [
    `key=$(curl -s ${functions}/agents -H 'content-type: application/json' \\`,
    `  -d '{"agent_id":"my-agent","name":"My agent"}' | sed 's/.*"api_key":"\\([^"]*\\)".*/\\1/')`,
    `curl ${functions}/ingest -H "authorization: Bearer $key" -H 'content-type: application/json' \\`,
    `  -d '{"agent_id":"my-agent","events":[{"type":"thought","data":{"thought_type":"general","content":"Hello from my terminal"}}]}'`,
  ].join("\n");
}
