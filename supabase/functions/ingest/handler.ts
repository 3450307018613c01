/** Ingests events. Each route: authenticate, validate, one RPC, reply. */
import { readJson } from "../_shared/http/body.ts";
import type { Caller, Callers } from "../_shared/http/callers.ts";
import type { Database } from "../_shared/http/db.ts";
import { reply } from "../_shared/http/reply.ts";
import type { Route } from "../_shared/http/route.ts";
import { KultiError } from "../_shared/protocol/errors.ts";
import { isLegacy, parseLegacy } from "../_shared/protocol/legacy/legacy.ts";
import { limits } from "../_shared/protocol/limits.ts";
import { redactEvents } from "../_shared/protocol/redact/events.ts";
import { parseIngest } from "../_shared/protocol/schema.ts";
import type { IngestReply, IngestRequest } from "../_shared/protocol/wire.ts";
import { flushMs } from "./flush.ts";

export interface IngestDeps {
  callers: Callers;
  database: Database;
  /** The limit of the Realtime plan. */
  messagesPerSecond: number;
}

/** Fields that the original Kulti's clients expect in a reply, beside the new ones. */
type LegacyMark = { success: true } | { ok: true };

export async function ingest(request: Request, deps: IngestDeps): Promise<Response> {
  const caller = await deps.callers.require(request);
  const body = await readBody(request, caller, deps);
  if (isLegacy(body)) return await appendLegacy(body, caller, deps, { success: true });
  return await append(parseIngest(body), caller, deps);
}

/** The path of the original Kulti's hooks. */
export async function ingestHook(request: Request, deps: IngestDeps): Promise<Response> {
  const caller = await deps.callers.require(request);
  const body = await readBody(request, caller, deps);
  if (isLegacy(body)) return await appendLegacy(body, caller, deps, { ok: true });
  return await append(parseIngest(body), caller, deps, { ok: true });
}

const readBody = async (
  request: Request,
  caller: Caller,
  { callers }: IngestDeps,
): Promise<unknown> =>
  readJson(request, {
    limitBytes: limits.body_bytes,
    sender: await callers.senderOf(request, caller),
  });

async function appendLegacy(
  body: unknown,
  caller: Caller,
  deps: IngestDeps,
  mark: LegacyMark,
): Promise<Response> {
  const batch = parseLegacy(body);
  if (batch.events.length > 0) return await append(batch, caller, deps, mark);
  // Kulti stores nothing from a body that has only counters.
  if (caller.agent_id !== batch.agent_id) {
    throw new KultiError("wrong_agent", "Cannot append events: the key belongs to another agent.");
  }
  return reply(200, { ...mark, accepted: 0, duplicates: 0 });
}

/**
 * The agent's events without secrets, unless it has switched redaction off. Reads that setting again, but only when
 * there are secrets: the cached caller may be half a minute old.
 */
async function withoutSecrets(
  sent: IngestRequest,
  keyHash: string,
  { database }: IngestDeps,
): Promise<{ batch: IngestRequest; redacted: number }> {
  const { events, redacted } = redactEvents(sent.events);
  if (redacted === 0) return { batch: sent, redacted };
  const { redact_secrets: redactSecrets } = await database.call("authenticate_agent", {
    key_hash: keyHash,
  });
  return redactSecrets ? { batch: { ...sent, events }, redacted } : { batch: sent, redacted: 0 };
}

/** Replies after the RPC's transaction: acknowledged events are committed. */
async function append(
  sent: IngestRequest,
  { key_hash: keyHash }: Caller,
  deps: IngestDeps,
  mark?: LegacyMark,
): Promise<Response> {
  const { batch, redacted } = await withoutSecrets(sent, keyHash, deps);
  const { viewers, ...appended } = await deps.database.call("append_events", {
    key_hash: keyHash,
    batch,
  });
  const body: IngestReply = {
    ...appended,
    redacted,
    flush_ms: flushMs(viewers, deps.messagesPerSecond),
  };
  return reply(200, { ...mark, ...body });
}

export const health = (): Response => reply(200, { status: "ok" });

/** The original's clients append /hook and /health to their server's address, which may end with a key. */
export const ingestRoutes: readonly Route<IngestDeps>[] = [
  { method: "POST", pathname: "/ingest{/klt_:key}?", handle: ingest },
  { method: "POST", pathname: "/ingest{/klt_:key}?/hook", handle: ingestHook },
  { method: "GET", pathname: "/ingest{/klt_:key}?/health", handle: health },
];
