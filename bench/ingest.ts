/** Durable ingest: several agents post batches as fast as they are acknowledged. */
import { warmUpSeconds } from "./scenario.ts";
import { type Summary, summarize } from "./statistics.ts";
import { type BenchAgent, registerAgent, type Target } from "./target.ts";

export interface IngestLoad {
  agents: number;
  batch_events: number;
  seconds: number;
}

export interface IngestResult extends Summary {
  load: IngestLoad;
  eventsPerSecond: number;
}

export async function measureIngest(target: Target, load: IngestLoad): Promise<IngestResult> {
  const agents = await Promise.all(
    Array.from({ length: load.agents }, () => registerAgent(target)),
  );
  await postBatches(agents, { ...load, seconds: warmUpSeconds });
  const started = performance.now();
  const timesMs = await postBatches(agents, load);
  const elapsedS = (performance.now() - started) / 1000;
  return {
    load,
    ...summarize(timesMs),
    eventsPerSecond: (timesMs.length * load.batch_events) / elapsedS,
  };
}

/** How long each batch took. */
async function postBatches(
  agents: readonly BenchAgent[],
  { batch_events: batchEvents, seconds }: IngestLoad,
): Promise<number[]> {
  const timesMs: number[] = [];
  const ends = performance.now() + seconds * 1000;
  await Promise.all(
    agents.map(async ({ post }) => {
      while (performance.now() < ends) {
        const begun = performance.now();
        await post(makeBatch(batchEvents));
        timesMs.push(performance.now() - begun);
      }
    }),
  );
  return timesMs;
}

const makeBatch = (size: number) =>
  Array.from({ length: size }, () => ({
    id: crypto.randomUUID(),
    type: "thought",
    at: new Date().toISOString(),
    data: { thought_type: "reasoning", content: "thinking aloud ".repeat(14) },
  }));
