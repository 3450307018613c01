/**
 * One seeded run: an agent that sends and a viewer that watches, each behind a proxy of its own, while faults come and
 * go; then calm. Says what became of every event, how long it took until all was well again, and whether the viewer's
 * word was true all the time.
 */
import { createAgent, type EventDataByType, type EventType, type KultiProblem } from "kulti";
import { type ConnectionState, createKultiApi, watchSession } from "kulti/watch";
import { register } from "../agent.ts";
import { read_table } from "../table.ts";
import { target } from "../target.ts";
import { type Fault, type FaultProxy, http_faults, socket_faults, start_proxy } from "./proxy.ts";
import { type Random, seeded } from "./random.ts";

export interface RunResult {
  seed: number;
  sent: number;
  /** Events that the agent was told of as lost. */
  given_up: number;
  lost: number;
  doubled: number;
  out_of_order: number;
  /** Whether the viewer had exactly the table. */
  is_viewer_exact: boolean;
  /** From the end of the faults until the last event was acknowledged, and until the viewer had all and was live. */
  agent_ms: number;
  viewer_ms: number;
  /** How much too long the viewer said live, at worst. */
  live_too_long_ms: number;
  struck: string;
}

/** Short, so that a run tries many of them. */
const silence_ms = 1_000;
const touch_ms = 1_500;
/** The longest that live may be said without a frame or an answered touch. */
const live_ms = Math.max(touch_ms + silence_ms, 2 * silence_ms + touch_ms / 3);
/** All is well again within this time, or never. */
const patience_ms = 40_000;

const agent_faults: readonly Fault[] = [...http_faults, "half_open"];
const viewer_faults: readonly Fault[] = [...http_faults, ...socket_faults, "half_open"];

/** What goes wrong while the agent talks; ends when nothing more does. */
type Disturb = (agent: FaultProxy, viewer: FaultProxy, random: Random) => Promise<unknown>;

const storms =
  (storm_ms: number): Disturb =>
  (agent, viewer, random) =>
    Promise.all([
      storm(random, storm_ms, agent_faults, agent.set),
      storm(random, storm_ms, viewer_faults, viewer.set),
    ]);

export async function run_with_faults(
  seed: number,
  storm_ms: number,
  disturb: Disturb = storms(storm_ms),
): Promise<RunResult> {
  const random = seeded(seed);
  const { agent_id, api_key } = await register();
  const [before_agent, before_viewer] = await Promise.all([
    start_proxy(target.api_url, random.next),
    start_proxy(target.api_url, random.next),
  ]);
  const problems: KultiProblem[] = [];
  const agent = createAgent({
    ...{ server: before_agent.url, agent_id, api_key, session: "new" },
    ...{ timeout_ms: 1_500, retry_base_ms: 50, retry_cap_ms: 2_000, max_batch_events: 120 },
    on_problem: (problem) => problems.push(problem),
  });
  const api = createKultiApi({
    ...{ api_url: before_viewer.url, publishable_key: target.publishable_key },
    ...{ silence_ms, heartbeat_ms: 1_000 },
  });
  const sent: string[] = [];
  const seen: string[] = [];
  let state = "connecting" as ConnectionState;
  let live_too_long_ms = 0;
  const say = () => {
    const id = `${seed}-${sent.length}`;
    sent.push(id);
    const [type, data] = event_of(random, id);
    agent.event(type, data, { id });
  };

  say();
  await agent.flush();
  const { session_id } = agent;
  if (!session_id) throw new Error("The agent has no session.");
  const watch = watchSession({
    ...{ api, session_id, viewer_id: crypto.randomUUID(), touch_ms },
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
    const age_ms = performance.now() - before_viewer.told_at;
    live_too_long_ms = Math.max(live_too_long_ms, age_ms - live_ms);
  }, 25);
  try {
    await until(() => state === "live");
    await Promise.all([talk(random, storm_ms, say), disturb(before_agent, before_viewer, random)]);
    const calm_at = performance.now();
    for (let last = 0; last < 3; last++) say();
    await Promise.race([agent.flush(), sleep(patience_ms)]);
    const agent_ms = performance.now() - calm_at;
    const table = (await patiently(() => read_table(session_id))).map(({ id }) => id);
    await until(() => state === "live" && seen.length >= table.length).catch(() => {});
    const viewer_ms = performance.now() - calm_at;
    const kept = new Set(table);
    return {
      ...{ seed, sent: sent.length, agent_ms, viewer_ms, live_too_long_ms },
      given_up: problems.reduce((sum, { dropped }) => sum + dropped, 0),
      lost: sent.filter((id) => !kept.has(id)).length,
      doubled: table.length - kept.size,
      out_of_order: table.filter((id, index) => id !== sent[index]).length,
      is_viewer_exact: state === "live" && seen.join() === table.join(),
      struck: [...new Set([...before_agent.struck.keys(), ...before_viewer.struck.keys()])].join(),
    };
  } finally {
    clearInterval(sampling);
    watch.stop();
    await agent.close({ timeout_ms: 0 });
    await api.realtime.disconnect();
    await Promise.all([before_agent.close(), before_viewer.close()]);
  }
}

async function storm(
  random: Random,
  storm_ms: number,
  faults: readonly Fault[],
  set: (fault: Fault | null, chance?: number) => void,
): Promise<void> {
  for (const end = performance.now() + storm_ms; performance.now() < end; ) {
    set(random.pick(faults), random.pick([1, 0.5]));
    await sleep(random.between(200, 1_500));
    set(null);
    await sleep(random.between(50, 400));
  }
}

async function talk(random: Random, storm_ms: number, say: () => void): Promise<void> {
  for (const end = performance.now() + storm_ms; performance.now() < end; ) {
    const count = random.pick([1, 1, 1, 5, 60]);
    for (let said = 0; said < count; said++) say();
    await sleep(random.between(5, 120));
  }
}

function event_of(random: Random, id: string): [EventType, EventDataByType[EventType]] {
  const text = `${id} `.padEnd(random.pick([20, 200, 4_000]), "x");
  return random.pick<[EventType, EventDataByType[EventType]]>([
    ["thought", { thought_type: "general", content: text }],
    ["terminal", { stream: "stdout", text }],
    ["code", { filename: "a.txt", action: "write", content: text }],
  ]);
}

export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (const end = performance.now() + patience_ms; ; await sleep(100)) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}

export const is_well = (result: RunResult): boolean =>
  result.given_up + result.lost + result.doubled + result.out_of_order === 0 &&
  result.is_viewer_exact &&
  result.live_too_long_ms < 500;

export const sleep = (wait_ms: number) => new Promise((resolve) => setTimeout(resolve, wait_ms));

export async function until(is_so: () => boolean, limit_ms = patience_ms): Promise<void> {
  for (const end = performance.now() + limit_ms; !is_so(); await sleep(10)) {
    if (performance.now() > end) throw new Error(`It is not so after ${limit_ms} ms: ${is_so}`);
  }
}
