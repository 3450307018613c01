/** Everything between a verb and the server, wired together: queue, batches, retries, session, chat, exit. */
import { routes } from "@kulti/protocol/routes.ts";
import { create_batcher } from "./batcher.ts";
import { type Chat, create_chat } from "./chat.ts";
import { on_exit } from "./exit.ts";
import { create_ingest, may_be_too_large } from "./ingest.ts";
import type { Settings } from "./options.ts";
import type { Report } from "./problem.ts";
import type { QueuedEvent } from "./queue.ts";
import { type RetryOptions, with_retry } from "./retry.ts";
import { create_session, type Session } from "./session.ts";
import { create_transport, type Fetch, with_timeout } from "./transport.ts";

export interface DrainResult {
  /** True when nothing is left. */
  drained: boolean;
  /** Events that the server has not acknowledged; after `close` they are lost. */
  pending: number;
}

export interface Outbox {
  push(event: Omit<QueuedEvent, "number">): void;
  readonly pending: number;
  readonly is_stopped: boolean;
  flush(): Promise<void>;
  drain(timeout_ms?: number): Promise<DrainResult>;
  close(timeout_ms?: number): Promise<DrainResult>;
  chat: Chat | null;
  session: Session | null;
}

/** Failures in a row after which an outage is worth a word. */
const failures_to_tell = 3;
/** For a probe, which asks for a few bytes. */
const probe_timeout_ms = 5_000;

/** `end_texts`: pushes what waits for more, when there is no more to come. */
export function create_outbox(settings: Settings, report: Report, end_texts: () => void): Outbox {
  const { server, fetch, timeout_ms } = settings;
  const once = create_transport(server, settings.api_key, with_timeout(fetch, timeout_ms));
  const probe = create_probe(server, with_timeout(fetch, Math.min(timeout_ms, probe_timeout_ms)));
  const retry: RetryOptions = {
    base_ms: settings.retry_base_ms,
    cap_ms: settings.retry_cap_ms,
    probe,
    on_retry: (failures, cause) => {
      if (failures !== failures_to_tell) return;
      const message = `Cannot reach ${server}: ${cause}. Events are kept and sent when it is back.`;
      report({ code: "unreachable", message, dropped: 0 });
    },
  };
  const patient = with_retry(once, retry);
  const session = create_session(settings.session);
  const chat = create_chat({ session, once, patient, poll_ms: settings.poll_ms, report });
  const batcher = create_batcher({
    send: create_ingest({
      agent_id: settings.agent_id,
      session,
      transport: with_retry(once, { ...retry, is_final: may_be_too_large }),
      probe,
    }),
    bounds: { max_events: settings.max_queue_events, max_bytes: settings.max_queue_bytes },
    flush_ms: settings.flush_ms,
    max_batch_events: settings.max_batch_events,
    max_batch_bytes: settings.max_batch_bytes,
    retry_base_ms: settings.retry_base_ms,
    retry_cap_ms: settings.retry_cap_ms,
    report,
    on_accepted: ({ reply }) => {
      session.opened(reply);
      chat.deliver(reply.messages ?? []);
    },
    restart_session: () => session.restart(),
  });

  const settled = (): Promise<void> => batcher.flush().then(() => chat.flush());

  async function drain(timeout_ms = 5_000): Promise<DrainResult> {
    // Not one of the timers that let the process go: whoever drains at its end waits for it.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const too_long = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeout_ms);
    });
    await Promise.race([settled(), too_long]);
    clearTimeout(timer);
    return { drained: batcher.pending === 0, pending: batcher.pending };
  }

  // What starts here keeps the process alive and brings `beforeExit` again: after a vain try it is let go.
  let was_vain = false;
  const drain_at_exit = async (): Promise<void> => {
    end_texts();
    if (batcher.pending > 0 && !was_vain) was_vain = !(await drain()).drained;
  };
  const last_word = (): void => {
    end_texts();
    const { pending } = batcher;
    if (pending === 0) return;
    const message = `The process ends with ${pending} event(s) unsent: await agent.close() before process.exit.`;
    report({ code: "unsent", message, dropped: pending });
  };
  const off_exit = settings.drain_on_exit
    ? on_exit({ drain: () => void drain_at_exit(), last_word })
    : () => {};

  return {
    push: batcher.push,
    get pending() {
      return batcher.pending;
    },
    get is_stopped() {
      return batcher.is_stopped;
    },
    flush: () => holding_process(settled()),
    drain,
    async close(timeout_ms) {
      off_exit();
      const result = await drain(timeout_ms);
      chat.stop();
      batcher.stop();
      return result;
    },
    chat,
    session,
  };
}

/** Asks the server whether it is there, without the key, and answers false for whatever else answers. */
function create_probe(server: string, fetch: Fetch): (signal: AbortSignal) => Promise<boolean> {
  const transport = create_transport(server, null, fetch);
  const is_health = (body: unknown): body is { status: "ok" } =>
    (body as { status?: unknown } | null)?.status === "ok";
  return async (signal) => {
    const { kind } = await transport.get(routes.ingest_health, is_health, signal);
    return kind === "done";
  };
}

/** The outbox of an agent that is switched off or can't stream. */
export const silent_outbox: Outbox = {
  push() {},
  pending: 0,
  is_stopped: true,
  flush: async () => {},
  drain: async () => ({ drained: true, pending: 0 }),
  close: async () => ({ drained: true, pending: 0 }),
  chat: null,
  session: null,
};

/** All timers here let the process go; whoever awaits an end must not see it go first. */
async function holding_process(work: Promise<void>): Promise<void> {
  const hold = setInterval(() => {}, 60_000);
  try {
    await work;
  } finally {
    clearInterval(hold);
  }
}
