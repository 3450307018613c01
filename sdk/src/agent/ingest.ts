/** Sends one batch and returns the outcome that the batcher acts on. */
import { routes } from "@kulti/protocol/routes.ts";
import type { IngestReply } from "@kulti/protocol/wire.ts";
import type { QueuedEvent } from "./queue.ts";
import type { Session } from "./session.ts";
import type { Accepts, Answer, Refusal, Transport } from "./transport.ts";

export type Outcome =
  | { kind: "accepted"; reply: IngestReply }
  /**
   * Send less at once. If something other than Kulti answered, or nothing, size is only likely: `isServerUp` then says
   * whether Kulti answers other requests meanwhile.
   */
  | { kind: "too_large"; message: string; isCertain: boolean; isServerUp: boolean }
  /** These events, by index in the batch, are refused; an empty list when the server did not say which. */
  | { kind: "invalid"; indexes: number[]; message: string; status: number; errorCode: string }
  | { kind: "session_ended" }
  /** The server refuses everything from this agent. */
  | { kind: "refused"; message: string; status: number; errorCode: string };

export type SendBatch = (batch: readonly QueuedEvent[], signal: AbortSignal) => Promise<Outcome>;

/**
 * Size is the likely reason for these, but not the only one: a proxy's 413, timeouts on the way (408, 504, 524), and
 * the edge runtime's 546, "over the limits of a worker".
 */
const sizeStatuses = [408, 413, 504, 524, 546];
/** Below this, size is not the reason. */
const largeChars = 8_192;

export const mayBeTooLarge = (answer: Answer<unknown>, sentChars: number): boolean =>
  answer.kind === "failed" &&
  sentChars >= largeChars &&
  (answer.isTimeout || sizeStatuses.includes(answer.status));

interface IngestOptions {
  agentId: string;
  session: Session;
  /** Returns a failure that `mayBeTooLarge` explains, and retries every other one that may pass. */
  transport: Transport;
  probe: (signal: AbortSignal) => Promise<boolean>;
}

export function createIngest({ agentId, session, transport, probe }: IngestOptions): SendBatch {
  return async (batch, signal) => {
    const head = JSON.stringify({ agent_id: agentId, ...session.address() }).slice(0, -1);
    const json = `${head},"events":[${batch.map((event) => event.json).join(",")}]}`;
    const answer = await transport.post(routes.ingest, json, acceptsReplyTo(batch), signal);
    if (answer.kind === "done") return { kind: "accepted", reply: sound(answer.body) };
    if (answer.kind === "refused") return outcomeOf(answer, agentId);
    const isServerUp = batch.length === 1 && (await probe(signal));
    return { kind: "too_large", message: answer.why, isCertain: false, isServerUp };
  };
}

/** An acknowledgement removes events from the queue, so it must be about exactly these. */
const acceptsReplyTo =
  (batch: readonly QueuedEvent[]): Accepts<IngestReply> =>
  (body): body is IngestReply => {
    const reply = body as Partial<IngestReply> | null;
    return (
      typeof reply?.session_id === "string" &&
      Number.isSafeInteger(reply.last_seq) &&
      (reply.accepted ?? 0) + (reply.duplicates ?? 0) === batch.length
    );
  };

const longestPaceMs = 10_000;

/** The server's longest pace is five seconds; a longer one must not silence an agent. */
function sound(reply: IngestReply): IngestReply {
  const { flush_ms: flushMs, messages } = reply;
  return {
    ...reply,
    flush_ms: Number.isFinite(flushMs) ? Math.min(Math.max(0, flushMs), longestPaceMs) : 0,
    messages: Array.isArray(messages) ? messages : [],
  };
}

function outcomeOf(refusal: Refusal, agentId: string): Outcome {
  const { status, code, message, issues } = refusal;
  if (status === 413) {
    return { kind: "too_large", message, isCertain: true, isServerUp: true };
  }
  if (code === "session_ended") return { kind: "session_ended" };
  const indexes = issues.flatMap((issue) => {
    const index = /^events\[(\d+)\]/.exec(issue.path)?.[1];
    return index === undefined ? [] : [Number(index)];
  });
  const told = issues.map((issue) => `${issue.path}: ${issue.message}`).join("; ");
  // Without a stated reason it may be one bad event, and the others need not wait for it.
  const isUnsaid = issues.length === 0 && /^(malformed_|invalid_request$)/.test(code);
  if (indexes.length > 0 || code === "invalid_event" || isUnsaid) {
    return { kind: "invalid", indexes, message: told || message, status, errorCode: code };
  }
  return {
    kind: "refused",
    message: `${message || `HTTP ${status}`} ${advice(status, agentId)}`.trim(),
    status,
    errorCode: code,
  };
}

function advice(status: number, agentId: string): string {
  if (status === 401) return `Check the key, or create one with \`kulti register ${agentId}\`.`;
  if (status === 403) return `Check that the key belongs to the agent ${agentId}.`;
  if (status === 404) return "Check KULTI_SERVER, and the session if you chose one.";
  return "";
}
