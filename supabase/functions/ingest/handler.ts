/** The door for events. Each route: authenticate, validate, one RPC, reply. */
import { read_json } from "../_shared/http/body.ts";
import type { Caller, Callers } from "../_shared/http/callers.ts";
import type { Database } from "../_shared/http/db.ts";
import { reply } from "../_shared/http/reply.ts";
import type { Route } from "../_shared/http/route.ts";
import { KultiError } from "../_shared/protocol/errors.ts";
import { is_legacy, parse_legacy } from "../_shared/protocol/legacy.ts";
import { limits } from "../_shared/protocol/limits.ts";
import { redact_events } from "../_shared/protocol/redact-events.ts";
import { parse_ingest } from "../_shared/protocol/schema.ts";
import type { IngestReply, IngestRequest } from "../_shared/protocol/wire.ts";
import { flush_ms } from "./flush.ts";

export interface IngestDeps {
  callers: Callers;
  database: Database;
  /** What the Realtime plan delivers. */
  messages_per_second: number;
}

/** What the original Kulti's clients look for in a reply, beside this one's fields. */
type LegacyMark = { success: true } | { ok: true };

export async function ingest(request: Request, deps: IngestDeps): Promise<Response> {
  const caller = await deps.callers.require(request);
  const body = await read_body(request, caller);
  if (is_legacy(body)) return await append_legacy(body, caller, deps, { success: true });
  return await append(parse_ingest(body), caller, deps);
}

/** Where the original Kulti's hooks send. */
export async function ingest_hook(request: Request, deps: IngestDeps): Promise<Response> {
  const caller = await deps.callers.require(request);
  const body = await read_body(request, caller);
  if (is_legacy(body)) return await append_legacy(body, caller, deps, { ok: true });
  return await append(parse_ingest(body), caller, deps, { ok: true });
}

const read_body = (request: Request, { agent_id }: Caller): Promise<unknown> =>
  read_json(request, { limit_bytes: limits.body_bytes, owner: agent_id });

async function append_legacy(
  body: unknown,
  caller: Caller,
  deps: IngestDeps,
  mark: LegacyMark,
): Promise<Response> {
  const batch = parse_legacy(body);
  if (batch.events.length > 0) return await append(batch, caller, deps, mark);
  // Counters alone say nothing that is kept.
  if (caller.agent_id !== batch.agent_id) {
    throw new KultiError("wrong_agent", "Cannot append events: the key belongs to another agent.");
  }
  return reply(200, { ...mark, accepted: 0, duplicates: 0 });
}

/**
 * What the agent sent, without secrets, unless it wants them kept. That is asked anew, and only where there are some: what
 * is remembered of a caller may be half a minute old.
 */
async function without_secrets(
  sent: IngestRequest,
  key_hash: string,
  { database }: IngestDeps,
): Promise<{ batch: IngestRequest; redacted: number }> {
  const { events, redacted } = redact_events(sent.events);
  if (redacted === 0) return { batch: sent, redacted };
  const { redact_secrets } = await database.call("authenticate_agent", { key_hash });
  return redact_secrets ? { batch: { ...sent, events }, redacted } : { batch: sent, redacted: 0 };
}

/** The reply is sent after the RPC's transaction: what it acknowledges is committed. */
async function append(
  sent: IngestRequest,
  { key_hash }: Caller,
  deps: IngestDeps,
  mark?: LegacyMark,
): Promise<Response> {
  const { batch, redacted } = await without_secrets(sent, key_hash, deps);
  const { viewers, ...appended } = await deps.database.call("append_events", { key_hash, batch });
  const body: IngestReply = {
    ...appended,
    redacted,
    flush_ms: flush_ms(viewers, deps.messages_per_second),
  };
  return reply(200, { ...mark, ...body });
}

export const health = (): Response => reply(200, { status: "ok" });

/** The original's clients append /hook and /health to their server's address, which may end with a key. */
export const ingest_routes: readonly Route<IngestDeps>[] = [
  { method: "POST", pathname: "/ingest{/klt_:key}?", handle: ingest },
  { method: "POST", pathname: "/ingest{/klt_:key}?/hook", handle: ingest_hook },
  { method: "GET", pathname: "/ingest{/klt_:key}?/health", handle: health },
];
