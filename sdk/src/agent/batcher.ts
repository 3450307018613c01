/**
 * Gathers events and sends them, one request at a time so that their order holds.
 *
 * A batch leaves when it is full, when the server's `flush_ms` has passed since the last one, or when a caller waits
 * for it. An event that follows a pause leaves after `leadMs`. The queue drops an event only when the server has
 * acknowledged it; if the server can't be reached, the transport retries the same batch.
 */
import { limits } from "@kulti/protocol/limits.ts";
import type { Outcome, SendBatch } from "./ingest.ts";
import type { NewEvent } from "./new-event.ts";
import type { Report } from "./problem.ts";
import { Queue, type QueueBounds, type QueuedEvent } from "./queue.ts";
import { setTimer } from "./timer.ts";

/** Long enough for the events of one step to leave together, too short to be seen. */
const leadMs = 20;
/** The batcher gives up an event that may be too large after this many tries while the server answered other requests. */
const largeEventTries = 5;
/** Failures in a row before the batcher reports the halving. */
const failuresToTell = 3;

export interface BatcherOptions {
  send: SendBatch;
  bounds: QueueBounds;
  /** How long each event is held back. */
  delayMs: number;
  /** Until the server names another pace. */
  flushMs: number;
  maxBatchEvents: number;
  maxBatchBytes: number;
  /** First and longest wait after a batch that may have been too large. */
  retryBaseMs: number;
  retryCapMs: number;
  report: Report;
  onAccepted: (outcome: Extract<Outcome, { kind: "accepted" }>) => void;
  /** Called with events that need not be sent any more: acknowledged, refused or dropped. */
  onGone: (ids: readonly string[]) => void;
  /** Called before each request; false if there must be none any more. */
  mayGoOn: () => boolean;
  /** Keeps what is unsent for another process; false if it can't. */
  keepUnsent: () => boolean;
  /** Continues in another session; false if the agent chose this one. */
  restartSession: () => boolean;
}

export interface Batcher {
  push(event: NewEvent): void;
  /** Events that are not acknowledged yet. */
  readonly pending: number;
  /** Their size as JSON. */
  readonly pendingBytes: number;
  /** They themselves, in order, as they are sent. */
  unsent(): Iterable<string>;
  readonly isStopped: boolean;
  /** Resolves when everything pushed so far is acknowledged or given up. */
  flush(): Promise<void>;
  /** Drops what waits, held back or not, sends this event alone and then stops. */
  panic(last: NewEvent): Promise<void>;
  /** Ends the running request, drops queued events and refuses new ones. */
  stop(): void;
}

export function createBatcher(options: BatcherOptions): Batcher {
  const { report, delayMs } = options;
  const queue = new Queue(options.bounds);
  const aborter = new AbortController();
  const waiters: { number: number; resolve: () => void }[] = [];
  let pushed = 0;
  let flushMs = options.flushMs;
  let batchEvents = options.maxBatchEvents;
  let lastSentAt = 0;
  /** Nothing is sent before. */
  let heldUntil = 0;
  /** Batches in a row that may have been too large, and how many of them were one event. */
  let sizeFailures = 0;
  let largeEventFailures = 0;
  let isSending = false;
  let isStopped = false;
  let cancelTimer: (() => void) | null = null;

  const isFull = (): boolean =>
    queue.length >= options.maxBatchEvents || queue.bytes >= options.maxBatchBytes;

  function schedule(): void {
    if (isSending || isStopped || queue.length === 0) return;
    const isUrgent = waiters.length > 0 || isFull();
    if (cancelTimer && !isUrgent) return;
    cancelTimer?.();
    const dueIn = lastSentAt + flushMs - Date.now();
    const waitMs = isUrgent ? 0 : Math.max(leadMs, Math.min(dueIn, flushMs));
    const notBefore = Math.max(heldUntil, queue.dueAt);
    cancelTimer = setTimer(run, Math.max(waitMs, notBefore - Date.now()));
  }

  async function run(): Promise<void> {
    cancelTimer = null;
    if (!options.mayGoOn()) return;
    const batch = queue.take(batchEvents, options.maxBatchBytes, Date.now());
    if (batch.length === 0) return schedule();
    isSending = true;
    try {
      const outcome = await options.send(batch, aborter.signal);
      if (!isStopped) endBatch(apply(outcome, batch));
    } catch (error) {
      // The transport retries, so this is a stop, or a bug that must not reach the agent.
      if (!isStopped) {
        queue.endSending(new Set());
        report({ code: "unreachable", message: `Cannot send events: ${error}.`, dropped: 0 });
        lastSentAt = Date.now();
        flushMs = Math.max(flushMs, 1_000);
      }
    }
    isSending = false;
    release();
    schedule();
  }

  function endBatch(ids: ReadonlySet<string>): void {
    queue.endSending(ids);
    options.onGone([...ids]);
  }

  /** Ids of events that were acknowledged or given up. */
  function apply(outcome: Outcome, batch: readonly QueuedEvent[]): Set<string> {
    lastSentAt = Date.now();
    switch (outcome.kind) {
      case "accepted":
        batchEvents = Math.min(options.maxBatchEvents, batchEvents * 2);
        sizeFailures = 0;
        largeEventFailures = 0;
        flushMs = outcome.reply.flush_ms || flushMs;
        options.onAccepted(outcome);
        return new Set(batch.map((event) => event.id));
      case "too_large":
        if (!outcome.isCertain) hold(batch, outcome);
        if (batch.length > 1) return halve(batch);
        if (!outcome.isCertain && largeEventFailures < largeEventTries) return new Set();
        largeEventFailures = 0;
        return drop(batch, { ...outcome, code: "too_large", status: 413 });
      case "invalid": {
        const refused = outcome.indexes.flatMap((index) => batch[index] ?? []);
        if (refused.length === 0 && batch.length > 1) return halve(batch);
        return drop(refused.length > 0 ? refused : batch, { ...outcome, code: "invalid_event" });
      }
      case "session_ended":
        if (options.restartSession()) return new Set();
        stopWith("The session has ended. Choose another session, or none.", 409, "session_ended");
        return new Set();
      case "refused":
        stopWith(outcome.message, outcome.status, outcome.errorCode);
        return new Set();
    }
  }

  /** Size is only the likely reason, so the server gets time and the event several tries. */
  function hold(
    batch: readonly QueuedEvent[],
    { message, isServerUp }: Extract<Outcome, { kind: "too_large" }>,
  ): void {
    const { retryBaseMs, retryCapMs } = options;
    sizeFailures++;
    if (isServerUp) largeEventFailures++;
    heldUntil = Date.now() + Math.random() * Math.min(retryCapMs, retryBaseMs * 2 ** sizeFailures);
    if (sizeFailures !== failuresToTell) return;
    const bytes = batch.reduce((sum, event) => sum + event.bytes, 0).toLocaleString("en");
    const told = `Cannot send ${batch.length} event(s) of ${bytes} bytes in one request: ${message}. Sending them in smaller batches.`;
    report({ code: "unreachable", message: told, dropped: 0 });
  }

  function halve(batch: readonly QueuedEvent[]): Set<string> {
    batchEvents = Math.ceil(batch.length / 2);
    lastSentAt = 0;
    return new Set();
  }

  function drop(
    events: readonly QueuedEvent[],
    why: {
      code: "too_large" | "invalid_event";
      message: string;
      status: number;
      errorCode?: string;
    },
  ): Set<string> {
    const types = [...new Set(events.map((event) => event.type))].join(", ");
    const bytes = events.reduce((sum, event) => sum + event.bytes, 0).toLocaleString("en");
    report({
      code: why.code,
      message: `The server refused ${events.length} event(s) (${types}, ${bytes} bytes) and they are dropped: ${why.message}`,
      dropped: events.length,
      ...(events[0] ? { eventType: events[0].type } : {}),
      status: why.status,
      ...(why.errorCode ? { errorCode: why.errorCode } : {}),
    });
    lastSentAt = 0;
    return new Set(events.map((event) => event.id));
  }

  function stopWith(message: string, status: number, errorCode: string): void {
    const left = queue.length;
    const isKept = options.keepUnsent();
    const fate = isKept ? "are kept for the agent's next process" : "were not sent";
    stop();
    report({
      code: "refused",
      message: `Streaming has stopped and ${left} event(s) ${fate}: ${message}`,
      dropped: isKept ? 0 : left,
      status,
      ...(errorCode ? { errorCode } : {}),
    });
  }

  function release(): void {
    const stillWaiting = waiters.filter((waiter) => queue.oldest <= waiter.number);
    const done = waiters.filter((waiter) => queue.oldest > waiter.number);
    waiters.splice(0, waiters.length, ...stillWaiting);
    for (const waiter of done) waiter.resolve();
  }

  function stop(): void {
    if (isStopped) return;
    isStopped = true;
    cancelTimer?.();
    aborter.abort(new Error("stopped"));
    queue.clear();
    release();
  }

  return {
    push(event) {
      if (isStopped) return;
      pushed++;
      const dueAt = delayMs > 0 ? Date.now() + delayMs : 0;
      const dropped = queue.push({ ...event, number: pushed, dueAt });
      if (dropped.length > 0) {
        options.onGone(dropped.map(({ id }) => id));
        report({
          code: "queue_full",
          message: `The server is too slow for the agent's events: ${dropped.length} queued events were dropped, details first.`,
          dropped: dropped.length,
        });
      }
      schedule();
    },
    get pending() {
      return queue.length;
    },
    get pendingBytes() {
      return queue.bytes;
    },
    unsent: () => queue.unsent(),
    get isStopped() {
      return isStopped;
    },
    async panic(last) {
      stop();
      const { signal } = new AbortController();
      await options.send([{ ...last, number: 0, dueAt: 0 }], signal).catch(() => {});
    },
    flush() {
      if (queue.length === 0 || isStopped) return Promise.resolve();
      return new Promise((resolve) => {
        waiters.push({ number: pushed, resolve });
        schedule();
      });
    },
    stop,
  };
}

/** The contract's own limits, with room for the request around the events. */
export const batchDefaults = {
  maxBatchEvents: limits.batch_events,
  maxBatchBytes: limits.body_bytes - 65_536,
} as const;
