/** Connects the parts between a verb and the server: queue, batches, retries, session, chat, exit. */
import { createBatcher } from "./batcher.ts";
import { type Chat, createChat } from "./chat.ts";
import type { DrainResult } from "./drain-result.ts";
import { onExit } from "./exit.ts";
import { askHealth } from "./health.ts";
import { createIngest, mayBeTooLarge } from "./ingest.ts";
import { type NewEvent, newEvent } from "./new-event.ts";
import type { Settings } from "./options.ts";
import type { Report } from "./problem.ts";
import { causeOf, type RetryOptions, withRetry } from "./retry.ts";
import { createSession, type Session } from "./session.ts";
import { findHost } from "./spool/host.ts";
import { type Resent, resendLeftovers } from "./spool/resend.ts";
import { createSpool, type Spool } from "./spool/spool.ts";
import { longestTimerMs } from "./timer.ts";
import { createTransport, type Failure, type Refusal, withTimeout } from "./transport.ts";

export interface Outbox {
  push(event: NewEvent): void;
  readonly pending: number;
  readonly isStopped: boolean;
  flush(): Promise<void>;
  drain(timeoutMs?: number): Promise<DrainResult>;
  close(timeoutMs?: number): Promise<DrainResult>;
  /** Drops what is unsent, ends the session and stops. */
  panic(): Promise<void>;
  chat: Chat | null;
  session: Session | null;
}

/** Failures in a row before the SDK reports an outage. */
const failuresToTell = 3;
/** A wait this long is reported at once. */
const waitToTellMs = 5_000;
/** For a probe, whose reply is a few bytes. */
const probeTimeoutMs = 5_000;

/** What the outbox asks of the agent when the end comes. */
export interface Ending {
  /** Pushes texts that still wait for their end, when no more can come. */
  endTexts(): void;
  /** Pushes an error that nobody caught; the session ends with it if the process does. */
  crashed(error: unknown, isEnd: boolean): void;
}

export function createOutbox(settings: Settings, report: Report, ending: Ending): Outbox {
  const { server, fetch, timeoutMs } = settings;
  const once = createTransport(server, settings.apiKey, withTimeout(fetch, timeoutMs));
  const probeFetch = withTimeout(fetch, Math.min(timeoutMs, probeTimeoutMs));
  /** False if something else answers. */
  const probe = async (signal: AbortSignal) =>
    (await askHealth(server, probeFetch, signal)).kind === "done";
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
    delayMs: settings.delayMs,
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
      spool?.named(reply.session_id);
      chat.deliver(reply.messages ?? []);
      resending ??= resend(settings, report, stopResending.signal);
    },
    onGone: (ids) => spool?.gone(ids, left()),
    mayGoOn() {
      if (!spool?.isPanicking()) return true;
      void panic();
      return false;
    },
    keepUnsent: () => spool?.release() ?? false,
    restartSession: () => session.restart(settings.isResending),
  });

  const left = () => ({ length: batcher.pending, bytes: batcher.pendingBytes });
  const spool = openSpool(settings, session, () => batcher.unsent(), report);
  /** What earlier processes left; begins when the server has accepted something. */
  let resending: Promise<unknown> | null = null;
  const stopResending = new AbortController();

  const settled = (): Promise<void> => batcher.flush().then(() => chat.flush());

  async function settleWithin(timeoutMs = 5_000): Promise<DrainResult> {
    // This timer keeps the process alive: a caller that drains at its end waits for it.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(timeoutMs, longestTimerMs));
    });
    await Promise.race([settled().then(() => resending), tooLong]);
    clearTimeout(timer);
    return { drained: batcher.pending === 0, pending: batcher.pending };
  }

  /** Reports the events that are left, and why. */
  function tellUnsent(
    { pending }: DrainResult,
    what: string,
    { fate, dropped }: { fate: string; dropped: number },
  ): void {
    if (pending === 0) return;
    const why = lastFailure === null ? "the server has not answered yet" : causeOf(lastFailure);
    const message = `${what} with ${pending} event(s) unsent, ${fate}: ${why}`;
    report({ code: "unsent", message, dropped, ...(lastFailure ? codesOf(lastFailure) : {}) });
  }

  /** What becomes of events that are unsent at the end. */
  const fateOf = (pending: number, isKept: boolean) =>
    isKept
      ? { fate: "which the agent's next process or `kulti flush` sends", dropped: 0 }
      : { fate: "which are lost", dropped: pending };

  async function panic(): Promise<void> {
    stopResending.abort();
    offExit();
    chat.stop();
    spool?.remove();
    if (session.isOpen) await batcher.panic(newEvent("status", { status: "offline" }));
    else batcher.stop();
  }

  async function drain(timeoutMs?: number): Promise<DrainResult> {
    const result = await settleWithin(timeoutMs);
    tellUnsent(result, "The wait ends", { fate: "which are still tried", dropped: 0 });
    return result;
  }

  // Work started here keeps the process alive and triggers `beforeExit` again: after one failed try, let it end.
  let wasVain = false;
  const drainAtExit = async (): Promise<void> => {
    ending.endTexts();
    if (batcher.pending > 0 && !wasVain) wasVain = !(await settleWithin()).drained;
  };
  const lastWord = (): void => {
    ending.endTexts();
    const { pending } = batcher;
    if (pending === 0) return;
    const isKept = spool?.writeNow() ?? false;
    const { fate, dropped } = fateOf(pending, isKept);
    const advice = isKept ? "" : ". Await agent.close() before process.exit";
    const message = `The process is ending with ${pending} unsent event(s), ${fate}${advice}.`;
    report({ code: "unsent", message, dropped });
  };
  const offExit = onExit({
    drain: () => settings.drainOnExit && void drainAtExit(),
    lastWord: () => (settings.drainOnExit || spool) && lastWord(),
    crashed: (error, isEnd) => settings.captureErrors && ending.crashed(error, isEnd),
  });

  return {
    push(event) {
      if (batcher.isStopped) return;
      // Before the queue, which may drop it and then says that it is gone.
      spool?.add(event.json, left());
      batcher.push(event);
    },
    get pending() {
      return batcher.pending;
    },
    get isStopped() {
      return batcher.isStopped;
    },
    flush: () => holdingProcess(settled()),
    drain,
    async close(timeoutMs) {
      const result = await settleWithin(timeoutMs ?? 5_000 + settings.delayMs);
      offExit();
      stopResending.abort();
      const isKept = result.pending > 0 && (spool?.release() ?? false);
      tellUnsent(result, "The agent closes", fateOf(result.pending, isKept));
      chat.stop();
      batcher.stop();
      return result;
    },
    panic,
    chat,
    session,
  };
}

const codesOf = (answer: Failure | Refusal): { status?: number; errorCode?: string } => ({
  ...(answer.status > 0 && { status: answer.status }),
  ...(answer.kind === "refused" && { errorCode: answer.code }),
});

const noEnding: Ending = { endTexts() {}, crashed() {} };

/** Sends what earlier processes of the agent left in the spool. */
export async function resend(
  settings: Settings,
  report: Report,
  signal: AbortSignal,
): Promise<Resent> {
  const host = findHost();
  const { server, agentId, spoolFolder } = settings;
  if (host === null || spoolFolder === null) return { events: 0, sessions: 0, isDone: true };
  const own = { spoolFolder: null, isResending: true, delayMs: 0 };
  const quiet = { drainOnExit: false, captureErrors: false };
  const open = (sessionId: string | null): Outbox =>
    createOutbox(
      { ...settings, ...own, ...quiet, session: sessionId ?? "continue" },
      report,
      noEnding,
    );
  return resendLeftovers({ host, spoolFolder, target: { server, agentId }, open, report }, signal);
}

/** Null where there are no files, or when it is switched off. */
function openSpool(
  { server, agentId, spoolFolder }: Settings,
  session: Session,
  unsent: () => Iterable<string>,
  report: Report,
): Spool | null {
  const host = findHost();
  if (host === null || spoolFolder === null) return null;
  const onFailure = (why: string): void => {
    const message = `Cannot keep unsent events in ${spoolFolder}: ${why}. They are only in memory.`;
    report({ code: "spool_failed", message, dropped: 0 });
  };
  try {
    const target = { server, agentId, sessionId: session.id };
    return createSpool({ host, folder: spoolFolder, ...target, unsent, onFailure });
  } catch (error) {
    onFailure(String((error as Error)?.message ?? error));
    return null;
  }
}

/** The outbox of an agent that is switched off or can't stream. */
export const silentOutbox: Outbox = {
  push() {},
  pending: 0,
  isStopped: true,
  flush: async () => {},
  drain: async () => ({ drained: true, pending: 0 }),
  close: async () => ({ drained: true, pending: 0 }),
  panic: async () => {},
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
