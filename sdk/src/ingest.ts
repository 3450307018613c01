/** Sends one batch, and says what became of it in the terms the batcher acts on. */
import { routes } from "@kulti/protocol/routes.ts";
import type { IngestReply } from "@kulti/protocol/wire.ts";
import type { QueuedEvent } from "./queue.ts";
import type { Session } from "./session.ts";
import type { Answer, Transport } from "./transport.ts";

export type Outcome =
  | { kind: "accepted"; reply: IngestReply }
  /** Send less at once. */
  | { kind: "too_large"; message: string }
  /** These events, by index in the batch, are refused; an empty list when the server did not say which. */
  | { kind: "invalid"; indexes: number[]; message: string; status: number; error_code: string }
  | { kind: "session_ended" }
  /** Nothing this agent sends will be taken. */
  | { kind: "refused"; message: string; status: number; error_code: string };

export type SendBatch = (batch: readonly QueuedEvent[], signal: AbortSignal) => Promise<Outcome>;

export function create_ingest(agent_id: string, session: Session, transport: Transport): SendBatch {
  return async (batch, signal) => {
    const head = JSON.stringify({ agent_id, ...session.address() }).slice(0, -1);
    const json = `${head},"events":[${batch.map((event) => event.json).join(",")}]}`;
    const answer = await transport.post<IngestReply>(routes.ingest, json, signal);
    return outcome_of(answer, agent_id);
  };
}

function outcome_of(answer: Answer<IngestReply>, agent_id: string): Outcome {
  if (answer.body && !answer.error) return { kind: "accepted", reply: answer.body };
  const { status } = answer;
  const { code = "", message = "", issues = [] } = answer.error ?? {};
  if (status === 413 || status === 546) return { kind: "too_large", message };
  if (code === "session_ended") return { kind: "session_ended" };
  if (status === 422) {
    const indexes = issues.flatMap((issue) => {
      const index = /^events\[(\d+)\]/.exec(issue.path)?.[1];
      return index === undefined ? [] : [Number(index)];
    });
    const told = issues.map((issue) => `${issue.path}: ${issue.message}`).join("; ");
    if (indexes.length > 0 || code === "invalid_event") {
      return { kind: "invalid", indexes, message: told || message, status, error_code: code };
    }
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
