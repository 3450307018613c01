/** Starts agents that send to a test server. */
import { afterEach, beforeEach } from "vitest";
import { createAgent } from "../src/agent/client.ts";
import type { KultiAgent } from "../src/agent/kulti-agent.ts";
import type { AgentOptions } from "../src/agent/options.ts";
import type { KultiProblem } from "../src/agent/problem.ts";
import { startTestServer, type TestServer } from "./server.ts";

/** Gives each test its own server, and closes the agents of the test. Call it at the top of the file. */
export function testAgents() {
  const agents: KultiAgent[] = [];
  const run = {
    server: undefined as unknown as TestServer,
    problems: [] as KultiProblem[],
    start(options: AgentOptions = {}): KultiAgent {
      const agent = createAgent({
        server: run.server.url,
        agentId: "tester",
        apiKey: "klt_test",
        flushMs: 5,
        retryBaseMs: 2,
        retryCapMs: 10,
        onProblem: (problem) => run.problems.push(problem),
        ...options,
      });
      agents.push(agent);
      return agent;
    },
    /** The events on the server: the content of thoughts, the type of other events. */
    contents: (): string[] =>
      run.server.events.map((event) =>
        event.type === "thought" ? event.data.content : event.type,
      ),
  };
  beforeEach(async () => {
    run.server = await startTestServer();
    run.problems = [];
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.close({ timeoutMs: 0 });
    await run.server.close();
  });
  return run;
}

/** `["0", "1", …]` */
export const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index}`);
