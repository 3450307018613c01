/** POST → viewer's socket: Kulti beside a bare relay, one after the other in one run. */
import { type Load, type Outcome, run_scenario, start_child } from "./scenario.ts";
import { register_agent, type Target } from "./target.ts";

export interface LatencyResult {
  load: Load;
  kulti: Outcome;
  relay: Outcome;
}

export async function measure_latency(target: Target, load: Load): Promise<LatencyResult> {
  return { load, kulti: await measure_kulti(target, load), relay: await measure_relay(load) };
}

async function measure_kulti(target: Target, load: Load): Promise<Outcome> {
  const agent = await register_agent(target);
  const session_id = await agent.post([{ type: "status", data: { status: "live" } }]);
  return run_scenario(
    load,
    {
      kind: "kulti",
      url: `${target.api_url.replace(/^http/, "ws")}/realtime/v1`,
      key: target.publishable_key,
      topic: `session:${session_id}`,
      count: load.viewers,
    },
    async (event) => {
      const { seq: _, ...sent } = event as { seq: number };
      await agent.post([sent]);
    },
  );
}

async function measure_relay(load: Load): Promise<Outcome> {
  const [relay, { port }] = (await start_child("relay.ts")) as [
    Awaited<ReturnType<typeof start_child>>[0],
    { port: number },
  ];
  try {
    return await run_scenario(
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
