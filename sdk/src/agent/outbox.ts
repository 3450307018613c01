/** Connects the parts between a verb and the server: queue, batches, retries, session, chat, exit. */
import { routes } from "@kulti/protocol/routes.ts";
import { createBatcher } from "./batcher.ts";
import { type Chat, createChat } from "./chat.ts";
import { onExit } from "./exit.ts";
import { createIngest, mayBeTooLarge } from "./ingest.ts";
import type { Settings } from "./options.ts";
import type { Report } from "./problem.ts";
import type { QueuedEvent } from "./queue.ts";
import { causeOf, type RetryOptions, withRetry } from "./retry.ts";
import { createSession, type Session } from "./session.ts";
import { longestTimerMs } from "./timer.ts";
import {
  createTransport,
  type Failure,
  type Fetch,
  type Refusal,
  withTimeout,
} from "./transport.ts";

export interface DrainResult {
  /** True when nothing is left. */
  drained: boolean;
  /** Events that the server has not acknowledged; after `close` they are lost. */
  pending: number;
}

export interface Outbox {
  push(event: Omit<QueuedEvent, "number">): void;
  readonly pending: number;
  readonly isStopped: boolean;
  flush(): Promise<void>;
  drain(timeoutMs?: number): Promise<DrainResult>;
  close(timeoutMs?: number): Promise<DrainResult>;
  chat: Chat | null;
  session: Session | null;
}

/** Failures in a row before the SDK reports an outage. */
const failuresToTell = 3;
/** A wait this long is reported at once. */
const waitToTellMs = 5_000;
/** For a probe, whose reply is a few bytes. */
const probeTimeoutMs = 5_000;

/** `endTexts` pushes texts that still wait for their end, when no more can come. */
export function createOutbox(settings: Settings, report: Report, endTexts: () => void): Outbox {
  const { server, fetch, timeoutMs } = settings;
  const once = createTransport(server, settings.apiKey, withTimeout(fetch, timeoutMs));
  const probe = createProbe(server, withTimeout(fetch, Math.min(timeoutMs, probeTimeoutMs)));
  /** Why events wait; null after the server accepted some. */
  let lastFailure: Failure | Refusal | null = null;
  /** Reported once, until the server accepts events again. */
  let heldBackFor: string | null = null;
  const retry: RetryOptions = {
    baseMs: settings.retryBaseMs,
    capMs: settings.retryCapMs,
    probe,
    onRetry: (failures, answer, waitMs) => {
      lastFailure = answer;
      if (answer.kind === "refused" && answer.status === 429) {
        const lasts =
          answer.code === "quota_exceeded" || failures >= failuresToTell || waitMs >= waitToTellMs;
        if (!lasts || heldBackFor === answer.code) return;
        heldBackFor = answer.code;
        const message = `The server accepts no events for now: ${causeOf(answer)} They are queued until it does.`;
        report({ code: "held_back", message, dropped: 0, ...codesOf(answer) });
      } else if (failures === failuresToTell) {
        const message = `Cannot reach ${server}: ${causeOf(answer)}. Events are queued until it is back.`;
        report({ code: "unreachable", message, dropped: 0 });
      }
    },
  };
  const patient = withRetry(once, retry);
  const session = createSession(settings.session);
  const chat = createChat({ session, once, patient, pollMs: settings.pollMs, report });
  const batcher = createBatcher({
    send: createIngest({
      agentId: settings.agentId,
      session,
      transport: withRetry(once, { ...retry, isFinal: mayBeTooLarge }),
      probe,
    }),
    bounds: { maxEvents: settings.maxQueueEvents, maxBytes: settings.maxQueueBytes },
    flushMs: settings.flushMs,
    maxBatchEvents: settings.maxBatchEvents,
    maxBatchBytes: settings.maxBatchBytes,
    retryBaseMs: settings.retryBaseMs,
    retryCapMs: settings.retryCapMs,
    report,
    onAccepted: ({ reply }) => {
      lastFailure = null;
      heldBackFor = null;
      session.opened(reply);
      chat.deliver(reply.messages ?? []);
    },
    restartSession: () => session.restart(),
  });

  const settled = (): Promise<void> => batcher.flush().then(() => chat.flush());

  async function settleWithin(timeoutMs = 5_000): Promise<DrainResult> {
    // This timer keeps the process alive: a caller that drains at its end waits for it.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(timeoutMs, longestTimerMs));
    });
    await Promise.race([settled(), tooLong]);
    clearTimeout(timer);
    return { drained: batcher.pending === 0, pending: batcher.pending };
  }

  /** Reports the events that are left, and why. */
  function tellUnsent({ pending }: DrainResult, what: string, dropped: number): void {
    if (pending === 0) return;
    const why = lastFailure === null ? "the server has not answered yet" : causeOf(lastFailure);
    const message = `${what} with ${pending} event(s) unsent, ${dropped > 0 ? "which are lost" : "which are still tried"}: ${why}`;
    report({ code: "unsent", message, dropped, ...(lastFailure ? codesOf(lastFailure) : {}) });
  }

  async function drain(timeoutMs?: number): Promise<DrainResult> {
    const result = await settleWithin(timeoutMs);
    tellUnsent(result, "The wait ends", 0);
    return result;
  }

  // Work started here keeps the process alive and triggers `beforeExit` again: after one failed try, let it end.
  let wasVain = false;
  const drainAtExit = async (): Promise<void> => {
    endTexts();
    if (batcher.pending > 0 && !wasVain) wasVain = !(await settleWithin()).drained;
  };
  const lastWord = (): void => {
    endTexts();
    const { pending } = batcher;
    if (pending === 0) return;
    const message = `The process is ending with ${pending} unsent event(s): await agent.close() before process.exit.`;
    report({ code: "unsent", message, dropped: pending });
  };
  const offExit = settings.drainOnExit
    ? onExit({ drain: () => void drainAtExit(), lastWord })
    : () => {};

  return {
    push: batcher.push,
    get pending() {
      return batcher.pending;
    },
    get isStopped() {
      return batcher.isStopped;
    },
    flush: () => holdingProcess(settled()),
    drain,
    async close(timeoutMs) {
      offExit();
      const result = await settleWithin(timeoutMs);
      tellUnsent(result, "The agent closes", result.pending);
      chat.stop();
      batcher.stop();
      return result;
    },
    chat,
    session,
  };
}

const codesOf = (answer: Failure | Refusal): { status?: number; errorCode?: string } => ({
  ...(answer.status > 0 && { status: answer.status }),
  ...(answer.kind === "refused" && { errorCode: answer.code }),
});

/** Asks without the key whether Kulti answers; false if something else answers. */
function createProbe(server: string, fetch: Fetch): (signal: AbortSignal) => Promise<boolean> {
  const transport = createTransport(server, null, fetch);
  const isHealth = (body: unknown): body is { status: "ok" } =>
    (body as { status?: unknown } | null)?.status === "ok";
  return async (signal) => {
    const { kind } = await transport.get(routes.ingest_health, isHealth, signal);
    return kind === "done";
  };
}

/** The outbox of an agent that is switched off or can't stream. */
export const silentOutbox: Outbox = {
  push() {},
  pending: 0,
  isStopped: true,
  flush: async () => {},
  drain: async () => ({ drained: true, pending: 0 }),
  close: async () => ({ drained: true, pending: 0 }),
  chat: null,
  session: null,
};

/** The other timers don't keep the process alive, but a caller that awaits the end must not lose the process first. */
async function holdingProcess(work: Promise<void>): Promise<void> {
  const hold = setInterval(() => {}, 60_000);
  try {
    await work;
  } finally {
    clearInterval(hold);
  }
}
