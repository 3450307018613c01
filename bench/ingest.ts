/** Durable ingest: several agents post batches as fast as they are acknowledged. */
import { warm_up_seconds } from "./scenario.ts";
import { type Summary, summarize } from "./statistics.ts";
import { type BenchAgent, register_agent, type Target } from "./target.ts";

export interface IngestLoad {
  agents: number;
  batch_events: number;
  seconds: number;
}

export interface IngestResult extends Summary {
  load: IngestLoad;
  events_per_second: number;
}

export async function measure_ingest(target: Target, load: IngestLoad): Promise<IngestResult> {
  const agents = await Promise.all(
    Array.from({ length: load.agents }, () => register_agent(target)),
  );
  await post_batches(agents, { ...load, seconds: warm_up_seconds });
  const started = performance.now();
  const times_ms = await post_batches(agents, load);
  const elapsed_s = (performance.now() - started) / 1000;
  return {
    load,
    ...summarize(times_ms),
    events_per_second: (times_ms.length * load.batch_events) / elapsed_s,
  };
}

/** How long each batch took. */
async function post_batches(
  agents: readonly BenchAgent[],
  { batch_events, seconds }: IngestLoad,
): Promise<number[]> {
  const times_ms: number[] = [];
  const ends = performance.now() + seconds * 1000;
  await Promise.all(
    agents.map(async ({ post }) => {
      while (performance.now() < ends) {
        const begun = performance.now();
        await post(make_batch(batch_events));
        times_ms.push(performance.now() - begun);
      }
    }),
  );
  return times_ms;
}

const make_batch = (size: number) =>
  Array.from({ length: size }, () => ({
    id: crypto.randomUUID(),
    type: "thought",
    at: new Date().toISOString(),
    data: { thought_type: "reasoning", content: "thinking aloud ".repeat(14) },
  }));
