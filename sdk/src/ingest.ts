/** Sends one batch, and says what became of it in the terms the batcher acts on. */
import { routes } from "@kulti/protocol/routes.ts";
import type { IngestReply } from "@kulti/protocol/wire.ts";
import type { QueuedEvent } from "./queue.ts";
import type { Session } from "./session.ts";
import type { Accepts, Answer, Refusal, Transport } from "./transport.ts";

export type Outcome =
  | { kind: "accepted"; reply: IngestReply }
  /**
   * Send less at once. Not certain when something other than Kulti said so, or nothing came at all: then
   * `is_server_up` tells whether Kulti answers other requests meanwhile.
   */
  | { kind: "too_large"; message: string; is_certain: boolean; is_server_up: boolean }
  /** These events, by index in the batch, are refused; an empty list when the server did not say which. */
  | { kind: "invalid"; indexes: number[]; message: string; status: number; error_code: string }
  | { kind: "session_ended" }
  /** Nothing this agent sends will be taken. */
  | { kind: "refused"; message: string; status: number; error_code: string };

export type SendBatch = (batch: readonly QueuedEvent[], signal: AbortSignal) => Promise<Outcome>;

/**
 * Size is the likely reason for these, though not the certain one: 413 of a proxy, time limits on the way (408, 504,
 * 524), and the edge runtime's 546, "over the limits of a worker".
 */
const size_statuses = [408, 413, 504, 524, 546];
/** Below this, size is no reason. */
const large_chars = 8_192;

export const may_be_too_large = (answer: Answer<unknown>, sent_chars: number): boolean =>
  answer.kind === "failed" &&
  sent_chars >= large_chars &&
  (answer.is_timeout || size_statuses.includes(answer.status));

interface IngestOptions {
  agent_id: string;
  session: Session;
  /** Hands out what `may_be_too_large`, and tries everything else again that may pass. */
  transport: Transport;
  probe: (signal: AbortSignal) => Promise<boolean>;
}

export function create_ingest({ agent_id, session, transport, probe }: IngestOptions): SendBatch {
  return async (batch, signal) => {
    const head = JSON.stringify({ agent_id, ...session.address() }).slice(0, -1);
    const json = `${head},"events":[${batch.map((event) => event.json).join(",")}]}`;
    const answer = await transport.post(routes.ingest, json, accepts_reply_to(batch), signal);
    if (answer.kind === "done") return { kind: "accepted", reply: sound(answer.body) };
    if (answer.kind === "refused") return outcome_of(answer, agent_id);
    const is_server_up = batch.length === 1 && (await probe(signal));
    return { kind: "too_large", message: answer.why, is_certain: false, is_server_up };
  };
}

/** An acknowledgement lets events go, so it must speak of just these. */
const accepts_reply_to =
  (batch: readonly QueuedEvent[]): Accepts<IngestReply> =>
  (body): body is IngestReply => {
    const reply = body as Partial<IngestReply> | null;
    return (
      typeof reply?.session_id === "string" &&
      Number.isSafeInteger(reply.last_seq) &&
      (reply.accepted ?? 0) + (reply.duplicates ?? 0) === batch.length
    );
  };

const longest_pace_ms = 10_000;

/** The server's longest pace is five seconds: one of days must not silence an agent. */
function sound(reply: IngestReply): IngestReply {
  const { flush_ms, messages } = reply;
  return {
    ...reply,
    flush_ms: Number.isFinite(flush_ms) ? Math.min(Math.max(0, flush_ms), longest_pace_ms) : 0,
    messages: Array.isArray(messages) ? messages : [],
  };
}

function outcome_of(refusal: Refusal, agent_id: string): Outcome {
  const { status, code, message, issues } = refusal;
  if (status === 413) {
    return { kind: "too_large", message, is_certain: true, is_server_up: true };
  }
  if (code === "session_ended") return { kind: "session_ended" };
  const indexes = issues.flatMap((issue) => {
    const index = /^events\[(\d+)\]/.exec(issue.path)?.[1];
    return index === undefined ? [] : [Number(index)];
  });
  const told = issues.map((issue) => `${issue.path}: ${issue.message}`).join("; ");
  // Where it is not said what is wrong, it may be one event that the others need not wait for.
  const is_unsaid = issues.length === 0 && /^(malformed_|invalid_request$)/.test(code);
  if (indexes.length > 0 || code === "invalid_event" || is_unsaid) {
    return { kind: "invalid", indexes, message: told || message, status, error_code: code };
  }
  return {
    kind: "refused",
    message: `${message || `HTTP ${status}`} ${advice(status, agent_id)}`.trim(),
    status,
    error_code: code,
  };
}

function advice(status: number, agent_id: string): string {
  if (status === 401) return "Check KULTI_API_KEY, or make a key with `kulti register`.";
  if (status === 403) return `Check that the key belongs to the agent ${agent_id}.`;
  if (status === 404) return "Check KULTI_SERVER, and the session if one was named.";
  return "";
}
