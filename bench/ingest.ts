/** Durable ingest: several agents post batches as fast as they are acknowledged. */
import { type Summary, summarize } from "./statistics.ts";
import { register_agent, type Target } from "./target.ts";

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
  const times_ms: number[] = [];
  const started = performance.now();
  const ends = started + load.seconds * 1000;
  await Promise.all(
    agents.map(async ({ post }) => {
      while (performance.now() < ends) {
        const begun = performance.now();
        await post(make_batch(load.batch_events));
        times_ms.push(performance.now() - begun);
      }
    }),
  );
  const elapsed_s = (performance.now() - started) / 1000;
  return {
    load,
    ...summarize(times_ms),
    events_per_second: (times_ms.length * load.batch_events) / elapsed_s,
  };
}

const make_batch = (size: number) =>
  Array.from({ length: size }, () => ({
    id: crypto.randomUUID(),
    type: "thought",
    at: new Date().toISOString(),
    data: { thought_type: "reasoning", content: "thinking aloud ".repeat(14) },
  }));
