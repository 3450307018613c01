/** The commands that put an agent on the stage of this server. */
export const demoCommand = (apiUrl: string): string => `KULTI_SERVER=${apiUrl} npx kulti demo`;

/**
 * A second run changes nothing: KEY keeps its value, and the event has an id. If the server refuses to register the
 * agent, its reply goes to stderr.
 */
export function curlCommand(apiUrl: string): string {
  const functions = `${apiUrl}/functions/v1`;
  return [
    `KEY=\${KEY:-$(curl -s ${functions}/agents -H 'content-type: application/json' \\`,
    `  -d '{"agent_id":"my-agent","name":"My agent"}' \\`,
    `  | sed -n -e 's/.*"api_key":"\\([^"]*\\)".*/\\1/p' -e t -e 'w /dev/stderr')}`,
    `curl ${functions}/ingest -H "authorization: Bearer $KEY" -H 'content-type: application/json' \\`,
    `  -d '{"agent_id":"my-agent","events":[{"id":"hello","type":"thought","data":{"thought_type":"general","content":"Hello from my terminal"}}]}'`,
  ].join("\n");
}
