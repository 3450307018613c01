/**
 * Gathers events and sends them, one request at a time so that their order holds.
 *
 * A batch leaves when it is full, when the server's `flush_ms` has passed since the last one, or when somebody waits
 * for it. An event that follows a pause leaves after `lead_ms`. Events are removed only when the server has
 * acknowledged them; what fails for want of a server is tried again by the transport, as the same batch.
 */
import { limits } from "@kulti/protocol/limits.ts";
import type { Outcome, SendBatch } from "./ingest.ts";
import type { Report } from "./problem.ts";
import { Queue, type QueueBounds, type QueuedEvent } from "./queue.ts";
import { set_timer } from "./timer.ts";

/** Long enough for the events of one step to leave together, too short to be seen. */
const lead_ms = 20;
/** An event that may be too large is given up after so many tries, each while the server answered other requests. */
const large_event_tries = 5;
/** Failures in a row after which halving is worth a word. */
const failures_to_tell = 3;

export interface BatcherOptions {
  send: SendBatch;
  bounds: QueueBounds;
  /** Until the server says otherwise. */
  flush_ms: number;
  max_batch_events: number;
  max_batch_bytes: number;
  /** First and longest wait after a batch that may have been too large. */
  retry_base_ms: number;
  retry_cap_ms: number;
  report: Report;
  on_accepted: (outcome: Extract<Outcome, { kind: "accepted" }>) => void;
  /** Goes on in another session; false when that is not wanted. */
  restart_session: () => boolean;
}

export interface Batcher {
  push(event: Omit<QueuedEvent, "number">): void;
  /** Events that are not acknowledged yet. */
  readonly pending: number;
  readonly is_stopped: boolean;
  /** Resolves when everything pushed so far is acknowledged or given up. */
  flush(): Promise<void>;
  /** Ends the request under way, forgets what waits and refuses more. */
  stop(): void;
}

export function create_batcher(options: BatcherOptions): Batcher {
  const { report } = options;
  const queue = new Queue(options.bounds);
  const aborter = new AbortController();
  const waiters: { number: number; resolve: () => void }[] = [];
  let pushed = 0;
  let flush_ms = options.flush_ms;
  let batch_events = options.max_batch_events;
  let last_sent_at = 0;
  /** Nothing is sent before. */
  let held_until = 0;
  /** Batches in a row that may have been too large, and how many of them were one event. */
  let size_failures = 0;
  let large_event_failures = 0;
  let is_sending = false;
  let is_stopped = false;
  let cancel_timer: (() => void) | null = null;

  const is_full = (): boolean =>
    queue.length >= options.max_batch_events || queue.bytes >= options.max_batch_bytes;

  function schedule(): void {
    if (is_sending || is_stopped || queue.length === 0) return;
    const is_urgent = waiters.length > 0 || is_full();
    if (cancel_timer && !is_urgent) return;
    cancel_timer?.();
    const due_in = last_sent_at + flush_ms - Date.now();
    const wait_ms = is_urgent ? 0 : Math.max(lead_ms, Math.min(due_in, flush_ms));
    cancel_timer = set_timer(run, Math.max(wait_ms, held_until - Date.now()));
  }

  async function run(): Promise<void> {
    cancel_timer = null;
    is_sending = true;
    const batch = queue.take(batch_events, options.max_batch_bytes);
    try {
      const outcome = await options.send(batch, aborter.signal);
      if (!is_stopped) queue.settle(apply(outcome, batch));
    } catch (error) {
      // The transport tries again by itself, so this is a stop, or a defect that must not reach the agent.
      if (!is_stopped) {
        queue.settle(new Set());
        report({ code: "unreachable", message: `Cannot send events: ${error}.`, dropped: 0 });
        last_sent_at = Date.now();
        flush_ms = Math.max(flush_ms, 1_000);
      }
    }
    is_sending = false;
    release();
    schedule();
  }

  /** The ids that are done with, one way or the other. */
  function apply(outcome: Outcome, batch: readonly QueuedEvent[]): Set<string> {
    last_sent_at = Date.now();
    switch (outcome.kind) {
      case "accepted":
        batch_events = Math.min(options.max_batch_events, batch_events * 2);
        size_failures = 0;
        large_event_failures = 0;
        flush_ms = outcome.reply.flush_ms || flush_ms;
        options.on_accepted(outcome);
        return new Set(batch.map((event) => event.id));
      case "too_large":
        if (!outcome.is_certain) hold(batch, outcome);
        if (batch.length > 1) return halve(batch);
        if (!outcome.is_certain && large_event_failures < large_event_tries) return new Set();
        large_event_failures = 0;
        return drop(batch, { ...outcome, code: "too_large", status: 413 });
      case "invalid": {
        const refused = outcome.indexes.flatMap((index) => batch[index] ?? []);
        if (refused.length === 0 && batch.length > 1) return halve(batch);
        return drop(refused.length > 0 ? refused : batch, { ...outcome, code: "invalid_event" });
      }
      case "session_ended":
        if (options.restart_session()) return new Set();
        stop_with("The session has ended. Name another one, or none.", 409, "session_ended");
        return new Set();
      case "refused":
        stop_with(outcome.message, outcome.status, outcome.error_code);
        return new Set();
    }
  }

  /** Size is only the likely reason: the server gets time, and an event its tries. */
  function hold(
    batch: readonly QueuedEvent[],
    { message, is_server_up }: Extract<Outcome, { kind: "too_large" }>,
  ): void {
    const { retry_base_ms, retry_cap_ms } = options;
    size_failures++;
    if (is_server_up) large_event_failures++;
    held_until =
      Date.now() + Math.random() * Math.min(retry_cap_ms, retry_base_ms * 2 ** size_failures);
    if (size_failures !== failures_to_tell) return;
    const bytes = batch.reduce((sum, event) => sum + event.bytes, 0).toLocaleString("en");
    const told = `Cannot send ${batch.length} event(s) of ${bytes} bytes at once: ${message}. They are sent in smaller parts.`;
    report({ code: "unreachable", message: told, dropped: 0 });
  }

  function halve(batch: readonly QueuedEvent[]): Set<string> {
    batch_events = Math.ceil(batch.length / 2);
    last_sent_at = 0;
    return new Set();
  }

  function drop(
    events: readonly QueuedEvent[],
    why: {
      code: "too_large" | "invalid_event";
      message: string;
      status: number;
      error_code?: string;
    },
  ): Set<string> {
    const types = [...new Set(events.map((event) => event.type))].join(", ");
    const bytes = events.reduce((sum, event) => sum + event.bytes, 0).toLocaleString("en");
    report({
      code: why.code,
      message: `The server refused ${events.length} event(s) (${types}, ${bytes} bytes), which are dropped: ${why.message}`,
      dropped: events.length,
      ...(events[0] ? { event_type: events[0].type } : {}),
      status: why.status,
      ...(why.error_code ? { error_code: why.error_code } : {}),
    });
    last_sent_at = 0;
    return new Set(events.map((event) => event.id));
  }

  function stop_with(message: string, status: number, error_code: string): void {
    const dropped = queue.length;
    stop();
    report({
      code: "refused",
      message: `Streaming has stopped, ${dropped} event(s) were not sent: ${message}`,
      dropped,
      status,
      ...(error_code ? { error_code } : {}),
    });
  }

  function release(): void {
    const still_waiting = waiters.filter((waiter) => queue.oldest <= waiter.number);
    const done = waiters.filter((waiter) => queue.oldest > waiter.number);
    waiters.splice(0, waiters.length, ...still_waiting);
    for (const waiter of done) waiter.resolve();
  }

  function stop(): void {
    if (is_stopped) return;
    is_stopped = true;
    cancel_timer?.();
    aborter.abort(new Error("stopped"));
    queue.clear();
    release();
  }

  return {
    push(event) {
      if (is_stopped) return;
      pushed++;
      const dropped = queue.push({ ...event, number: pushed });
      if (dropped > 0) {
        report({
          code: "queue_full",
          message: `The server is not taking events fast enough: ${dropped} of the waiting ones were dropped, details first.`,
          dropped,
        });
      }
      schedule();
    },
    get pending() {
      return queue.length;
    },
    get is_stopped() {
      return is_stopped;
    },
    flush() {
      if (queue.length === 0 || is_stopped) return Promise.resolve();
      return new Promise((resolve) => {
        waiters.push({ number: pushed, resolve });
        schedule();
      });
    },
    stop,
  };
}

/** The contract's own limits, with room for the request around the events. */
export const batch_defaults = {
  max_batch_events: limits.batch_events,
  max_batch_bytes: limits.body_bytes - 65_536,
} as const;
