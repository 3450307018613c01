/**
 * One seeded run: an agent sends and a viewer watches, each behind its own proxy, while faults come and go; then they
 * stop. Reports the fate of every event, the time to recover, and whether the viewer's connection word was
 * always true.
 */
import { createAgent, type EventDataByType, type EventType, type KultiProblem } from "kulti";
import { type ConnectionState, createKultiApi, watchSession } from "kulti/watch";
import { register } from "../agent.ts";
import { readTable } from "../table.ts";
import { target } from "../target.ts";
import { type Fault, type FaultProxy, httpFaults, socketFaults, startProxy } from "./proxy.ts";
import { type Random, seeded } from "./random.ts";

export interface RunResult {
  seed: number;
  sent: number;
  /** Events that the SDK reported to the agent as lost. */
  givenUp: number;
  lost: number;
  doubled: number;
  outOfOrder: number;
  /** Whether the viewer ended with exactly the events of the table. */
  isViewerExact: boolean;
  /** From the end of the faults until the last event was acknowledged, and until the viewer had all and was live. */
  agentMs: number;
  viewerMs: number;
  /** The longest time that the viewer wrongly said live. */
  liveTooLongMs: number;
  struck: string;
}

/** Short, so that a run tries many of them. */
const silenceMs = 1_000;
const touchMs = 1_500;
/** The longest time to say live without a frame or an answered touch. */
const liveMs = Math.max(touchMs + silenceMs, 2 * silenceMs + touchMs / 3);
/** The longest time to recover. */
const patienceMs = 40_000;

const agentFaults: readonly Fault[] = [...httpFaults, "half_open"];
const viewerFaults: readonly Fault[] = [...httpFaults, ...socketFaults, "half_open"];

/** The faults while the agent sends; ends after the last one. */
type Disturb = (agent: FaultProxy, viewer: FaultProxy, random: Random) => Promise<unknown>;

const storms =
  (stormMs: number): Disturb =>
  (agent, viewer, random) =>
    Promise.all([
      storm(random, stormMs, agentFaults, agent.set),
      storm(random, stormMs, viewerFaults, viewer.set),
    ]);

export async function runWithFaults(
  seed: number,
  stormMs: number,
  disturb: Disturb = storms(stormMs),
): Promise<RunResult> {
  const random = seeded(seed);
  const { agent_id: agentId, api_key: apiKey } = await register();
  const [beforeAgent, beforeViewer] = await Promise.all([
    startProxy(target.api_url, random.next),
    startProxy(target.api_url, random.next),
  ]);
  const problems: KultiProblem[] = [];
  const agent = createAgent({
    server: beforeAgent.url,
    agentId,
    apiKey,
    session: "new",
    timeoutMs: 1_500,
    retryBaseMs: 50,
    retryCapMs: 2_000,
    maxBatchEvents: 120,
    onProblem: (problem) => problems.push(problem),
  });
  const api = createKultiApi({
    apiUrl: beforeViewer.url,
    publishableKey: target.publishable_key,
    silenceMs,
    heartbeatMs: 1_000,
  });
  const sent: string[] = [];
  const seen: string[] = [];
  let state = "connecting" as ConnectionState;
  let liveTooLongMs = 0;
  const say = () => {
    const id = `${seed}-${sent.length}`;
    sent.push(id);
    const [type, data] = eventOf(random, id);
    agent.event(type, data, { id });
  };

  say();
  await agent.flush();
  const { sessionId } = agent;
  if (!sessionId) throw new Error("The agent has no session.");
  const watch = watchSession({
    api,
    sessionId,
    viewerId: crypto.randomUUID(),
    touchMs,
    handlers: {
      events: (batch) => seen.push(...batch.map(({ id }) => id)),
      messages() {},
      head() {},
      connection(next) {
        state = next;
      },
      problem() {},
    },
  });
  const sampling = setInterval(() => {
    if (state !== "live") return;
    const ageMs = performance.now() - beforeViewer.toldAt;
    liveTooLongMs = Math.max(liveTooLongMs, ageMs - liveMs);
  }, 25);
  try {
    await until(() => state === "live");
    await Promise.all([talk(random, stormMs, say), disturb(beforeAgent, beforeViewer, random)]);
    const calmAt = performance.now();
    for (let last = 0; last < 3; last++) say();
    await Promise.race([agent.flush(), sleep(patienceMs)]);
    const agentMs = performance.now() - calmAt;
    const table = (await patiently(() => readTable(sessionId))).map(({ id }) => id);
    await until(() => state === "live" && seen.length >= table.length).catch(() => {});
    const viewerMs = performance.now() - calmAt;
    const kept = new Set(table);
    return {
      seed,
      sent: sent.length,
      agentMs,
      viewerMs,
      liveTooLongMs,
      givenUp: problems.reduce((sum, { dropped }) => sum + dropped, 0),
      lost: sent.filter((id) => !kept.has(id)).length,
      doubled: table.length - kept.size,
      outOfOrder: table.filter((id, index) => id !== sent[index]).length,
      isViewerExact: state === "live" && seen.join() === table.join(),
      struck: [...new Set([...beforeAgent.struck.keys(), ...beforeViewer.struck.keys()])].join(),
    };
  } finally {
    clearInterval(sampling);
    watch.stop();
    await agent.close({ timeoutMs: 0 });
    await api.realtime.disconnect();
    await Promise.all([beforeAgent.close(), beforeViewer.close()]);
  }
}

async function storm(
  random: Random,
  stormMs: number,
  faults: readonly Fault[],
  set: (fault: Fault | null, chance?: number) => void,
): Promise<void> {
  for (const end = performance.now() + stormMs; performance.now() < end; ) {
    set(random.pick(faults), random.pick([1, 0.5]));
    await sleep(random.between(200, 1_500));
    set(null);
    await sleep(random.between(50, 400));
  }
}

async function talk(random: Random, stormMs: number, say: () => void): Promise<void> {
  for (const end = performance.now() + stormMs; performance.now() < end; ) {
    const count = random.pick([1, 1, 1, 5, 60]);
    for (let said = 0; said < count; said++) say();
    await sleep(random.between(5, 120));
  }
}

function eventOf(random: Random, id: string): [EventType, EventDataByType[EventType]] {
  const text = `${id} `.padEnd(random.pick([20, 200, 4_000]), "x");
  return random.pick<[EventType, EventDataByType[EventType]]>([
    ["thought", { thought_type: "general", content: text }],
    ["terminal", { stream: "stdout", text }],
    ["code", { filename: "a.txt", action: "write", content: text }],
  ]);
}

export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (const end = performance.now() + patienceMs; ; await sleep(100)) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}

export const isWell = (result: RunResult): boolean =>
  result.givenUp + result.lost + result.doubled + result.outOfOrder === 0 &&
  result.isViewerExact &&
  result.liveTooLongMs < 1_500;

export const sleep = (waitMs: number) => new Promise((resolve) => setTimeout(resolve, waitMs));

export async function until(isSo: () => boolean, limitMs = patienceMs): Promise<void> {
  for (const end = performance.now() + limitMs; !isSo(); await sleep(10)) {
    if (performance.now() > end) throw new Error(`It is not so after ${limitMs} ms: ${isSo}`);
  }
}
