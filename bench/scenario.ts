/** One scenario: a sender posts events at a steady rate, viewers note when each arrives. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Summary, summarize } from "./statistics.ts";

export interface ViewersPlan {
  kind: "kulti" | "relay";
  /** The WebSocket to connect to. */
  url: string;
  key?: string;
  topic?: string;
  count: number;
}

export interface Report {
  latencies_ms: number[];
  /** Received by all viewers together, WebSocket payloads. */
  bytes: number;
  /** Distinct events, by viewer. */
  received: number[];
}

export interface Load {
  viewers: number;
  events_per_second: number;
  seconds: number;
  /** Bytes of text in one event. */
  content_bytes: number;
}

export interface Outcome extends Summary {
  sent: number;
  /** Deliveries that did not come, of `sent × viewers`. */
  lost: number;
  bytes_per_delivery: number;
  /** The event's own JSON, for comparison. */
  event_bytes: number;
}

/** So much of a load is not counted: until then every process that takes part compiles its code. */
export const warm_up_seconds = 2;

/** A child of this folder which has said its first word. */
export async function start_child(file: string, argument = ""): Promise<[ChildProcess, unknown]> {
  const child = fork(join(import.meta.dirname, file), [argument]);
  const [message] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`Cannot start ${file}: it ended with ${code}.`);
    }),
  ]);
  return [child, message];
}

async function ask<Reply>(child: ChildProcess, word: string): Promise<Reply> {
  const reply = once(child, "message");
  child.send(word);
  const [message] = await reply;
  return message as Reply;
}

/** Runs the load against one server. `post` sends one event and resolves when it was acknowledged. */
export async function run_scenario(
  load: Load,
  plan: ViewersPlan,
  post: (event: unknown) => Promise<void>,
): Promise<Outcome> {
  const [viewers] = await start_child("viewers.ts", JSON.stringify(plan));
  try {
    await post_steadily({ ...load, seconds: warm_up_seconds }, post);
    await ask(viewers, "begin");
    const { total, event_bytes } = await post_steadily(load, post);
    const report = await ask<Report>(viewers, "report");
    const deliveries = report.received.reduce((sum, count) => sum + count, 0);
    return {
      ...summarize(report.latencies_ms),
      sent: total,
      lost: total * load.viewers - deliveries,
      bytes_per_delivery: report.bytes / Math.max(1, deliveries),
      event_bytes,
    };
  } finally {
    viewers.kill();
  }
}

/** Resolves when all has been acknowledged, and had its time to arrive. */
async function post_steadily(load: Load, post: (event: unknown) => Promise<void>) {
  const total = load.events_per_second * load.seconds;
  const started = performance.now();
  const posts: Promise<void>[] = [];
  let event_bytes = 0;
  for (let number = 0; number < total; number++) {
    const due = started + (number * 1000) / load.events_per_second;
    await sleep(Math.max(0, due - performance.now()));
    const event = make_event(number, load.content_bytes);
    event_bytes = JSON.stringify(event).length;
    posts.push(post(event));
  }
  await Promise.all(posts);
  await sleep(1_500);
  return { total, event_bytes };
}

function make_event(number: number, content_bytes: number) {
  const stamp = `${(performance.timeOrigin + performance.now()).toFixed(3)} ${number} `;
  return {
    seq: number + 1,
    id: crypto.randomUUID(),
    type: "thought",
    at: new Date().toISOString(),
    data: { thought_type: "general", content: stamp.padEnd(content_bytes, "thinking aloud ") },
  };
}
