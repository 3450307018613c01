/** Sends what earlier processes of the agent have left behind: one file after the other, each in its own session. */
import { utf8Bytes } from "@kulti/protocol/text.ts";
import type { NewEvent } from "../new-event.ts";
import type { Report } from "../problem.ts";
import type { Target } from "./folder.ts";
import type { Host } from "./host.ts";
import { type Leftover, pruneLeftovers, takeLeftover } from "./leftovers.ts";

/** Fewer than a queue takes. */
const portion = 1_000;

/** The part of an outbox that this needs. */
export interface Sender {
  push(event: NewEvent): void;
  flush(): Promise<void>;
  readonly isStopped: boolean;
  close(timeoutMs: number): Promise<unknown>;
}

export interface Resend {
  host: Host;
  spoolFolder: string;
  target: Target;
  /** A sender without a spool, for events of this session; null for the agent's open one. */
  open(sessionId: string | null): Sender;
  report: Report;
}

export interface Resent {
  events: number;
  sessions: number;
  /** False if the server did not take all of them; they stay in the spool. */
  isDone: boolean;
}

export async function resendLeftovers(resend: Resend, signal: AbortSignal): Promise<Resent> {
  const { host, spoolFolder, target, report } = resend;
  const resent: Resent = { events: 0, sessions: 0, isDone: true };
  const pruned = pruneLeftovers(host, spoolFolder, target);
  if (pruned > 0) {
    const message = `Removed ${pruned} file(s) of unsent events from ${spoolFolder}: they were too old or too many.`;
    report({ code: "spool_failed", message, dropped: 0 });
  }
  while (!signal.aborted) {
    const leftover = takeLeftover(host, spoolFolder, target);
    if (leftover === null) return resent;
    const isSent = await send(leftover, resend, signal);
    if (!isSent) {
      leftover.release();
      return { ...resent, isDone: false };
    }
    leftover.remove();
    resent.events += leftover.unsent.events.length;
    resent.sessions++;
  }
  return { ...resent, isDone: false };
}

async function send(
  { unsent: { events, sessionId } }: Leftover,
  { open }: Resend,
  signal: AbortSignal,
): Promise<boolean> {
  const outbox = open(sessionId);
  const aborted = new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
  for (let from = 0; from < events.length; from += portion) {
    for (const { id, json } of events.slice(from, from + portion)) {
      const { type } = JSON.parse(json);
      outbox.push({ id, type, json, bytes: utf8Bytes(json), importance: 2 });
    }
    await Promise.race([outbox.flush(), aborted]);
    if (signal.aborted || outbox.isStopped) break;
  }
  const isSent = !signal.aborted && !outbox.isStopped;
  await outbox.close(0);
  return isSent;
}
