/** POST → viewer's socket: Kulti beside a bare relay, one after the other in one run. */
import { type Load, type Outcome, runScenario, startChild } from "./scenario.ts";
import { registerAgent, type Target } from "./target.ts";

export interface LatencyResult {
  load: Load;
  kulti: Outcome;
  relay: Outcome;
}

export async function measureLatency(target: Target, load: Load): Promise<LatencyResult> {
  return { load, kulti: await measureKulti(target, load), relay: await measureRelay(load) };
}

async function measureKulti(target: Target, load: Load): Promise<Outcome> {
  const agent = await registerAgent(target);
  const sessionId = await agent.post([{ type: "status", data: { status: "live" } }]);
  return runScenario(
    load,
    {
      kind: "kulti",
      url: `${target.api_url.replace(/^http/, "ws")}/realtime/v1`,
      key: target.publishable_key,
      topic: `session:${sessionId}`,
      count: load.viewers,
    },
    async (event) => {
      const { seq: _, ...sent } = event as { seq: number };
      await agent.post([sent]);
    },
  );
}

async function measureRelay(load: Load): Promise<Outcome> {
  const [relay, { port }] = (await startChild("relay.ts")) as [
    Awaited<ReturnType<typeof startChild>>[0],
    { port: number },
  ];
  try {
    return await runScenario(
      load,
      { kind: "relay", url: `ws://127.0.0.1:${port}`, count: load.viewers },
      async (event) => {
        const body = JSON.stringify({ from_seq: 1, to_seq: 1, events: [event] });
        await (await fetch(`http://127.0.0.1:${port}`, { method: "POST", body })).text();
      },
    );
  } finally {
    relay.kill();
  }
}
