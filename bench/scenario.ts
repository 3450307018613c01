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
  latenciesMs: number[];
  /** Bytes of WebSocket payloads that all viewers received together. */
  bytes: number;
  /** Distinct events, by viewer. */
  received: number[];
}

export interface Load {
  viewers: number;
  eventsPerSecond: number;
  seconds: number;
  /** Bytes of text in one event. */
  contentBytes: number;
}

export interface Outcome extends Summary {
  sent: number;
  /** The number of the `sent × viewers` deliveries that did not arrive. */
  lost: number;
  bytesPerDelivery: number;
  /** The event's own JSON, for comparison. */
  eventBytes: number;
}

/** The start of a load does not count, because every process is still compiling its code. */
export const warmUpSeconds = 2;

/** A child process of this folder that has sent its first message. */
export async function startChild(file: string, argument = ""): Promise<[ChildProcess, unknown]> {
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

/** Runs the load against one server. `post` sends one event and resolves once it is acknowledged. */
export async function runScenario(
  load: Load,
  plan: ViewersPlan,
  post: (event: unknown) => Promise<void>,
): Promise<Outcome> {
  const [viewers] = await startChild("viewers.ts", JSON.stringify(plan));
  try {
    await postSteadily({ ...load, seconds: warmUpSeconds }, post);
    await ask(viewers, "begin");
    const { total, eventBytes } = await postSteadily(load, post);
    const report = await ask<Report>(viewers, "report");
    const deliveries = report.received.reduce((sum, count) => sum + count, 0);
    return {
      ...summarize(report.latenciesMs),
      sent: total,
      lost: total * load.viewers - deliveries,
      bytesPerDelivery: report.bytes / Math.max(1, deliveries),
      eventBytes,
    };
  } finally {
    viewers.kill();
  }
}

/** Resolves when everything has been acknowledged and has had time to arrive. */
async function postSteadily(load: Load, post: (event: unknown) => Promise<void>) {
  const total = load.eventsPerSecond * load.seconds;
  const started = performance.now();
  const posts: Promise<void>[] = [];
  let eventBytes = 0;
  for (let number = 0; number < total; number++) {
    const due = started + (number * 1000) / load.eventsPerSecond;
    await sleep(Math.max(0, due - performance.now()));
    const event = makeEvent(number, load.contentBytes);
    eventBytes = JSON.stringify(event).length;
    posts.push(post(event));
  }
  await Promise.all(posts);
  await sleep(1_500);
  return { total, eventBytes };
}

function makeEvent(number: number, contentBytes: number) {
  const stamp = `${(performance.timeOrigin + performance.now()).toFixed(3)} ${number} `;
  return {
    seq: number + 1,
    id: crypto.randomUUID(),
    type: "thought",
    at: new Date().toISOString(),
    data: { thought_type: "general", content: stamp.padEnd(contentBytes, "thinking aloud ") },
  };
}
