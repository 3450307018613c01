/** Broadcasts over HTTP: `POST /api/broadcast` (a batch) and `POST /api/broadcast/{topic}/events/{event}` (one). */
import { parse_json } from "../parse-json.ts";
import { AuthorizeError, may_write } from "./authorize.ts";
import { type BatchMessage, parse_batch } from "./batch.ts";
import type { Context } from "./context.ts";
import { is_map, type UserBroadcast } from "./serializer.ts";
import type { Claims } from "./token.ts";

interface Caller {
  claims: Claims;
  headers: Record<string, string>;
}

const MAX_BODY_BYTES = 8_000_000;
const SINGLE = /^\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/;

export function create_http(context: Context) {
  return (request: Request): Promise<Response> =>
    answer(context, request).catch((error) => {
      // JSON nested so deep that it can't be written again.
      if (error instanceof RangeError) return refuse(400, "Bad Request");
      context.log(`UnknownErrorOnController: ${error.message}`);
      return refuse(500, "Internal Server Error");
    });
}

async function answer(context: Context, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const single = SINGLE.exec(pathname);
  if (request.method !== "POST" || (!single && pathname !== "/api/broadcast")) {
    return refuse(404, "not found");
  }
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const is_binary = type === "application/octet-stream";
  if (single && type !== undefined && type !== "application/json" && !is_binary) {
    const error = "Unsupported Media Type. Use application/json or application/octet-stream";
    return Response.json({ error }, { status: 415 });
  }
  if (context.messages.average >= context.limits.messages_per_second) {
    return refuse(429, "Too many requests");
  }
  const caller = await authenticate(context, request);
  if (!caller) return refuse(401, "Unauthorized");
  const body = await read_body(request);
  if (!body) return refuse(413, "Request Entity Too Large");
  if (!single) return send_batch(context, caller, body);
  const [topic, event] = [decode_part(single[1]), decode_part(single[2])];
  if (!topic || !event) return refuse(400, "Bad Request");
  const is_private = searchParams.get("private") === "true";
  const message = { topic, event, is_private, body, is_binary };
  return send_one(context, caller, message);
}

async function authenticate({ verify }: Context, { headers }: Request): Promise<Caller | null> {
  const bearer = /^bearer (\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  const token = bearer ?? headers.get("apikey");
  const claims = token ? await verify(token).catch(() => null) : null;
  return claims && { claims, headers: Object.fromEntries(headers) };
}

async function send_batch(context: Context, caller: Caller, body: Buffer): Promise<Response> {
  const json = json_of(body);
  if (json === undefined) return refuse(400, "Bad Request");
  const { limits, messages: rate, hub } = context;
  const { messages, errors } = parse_batch(json, limits.payload_bytes);
  if (errors) return Response.json({ errors }, { status: 422 });
  if (messages.length + rate.average > limits.messages_per_second) {
    return refuse(429, "Too many messages to broadcast, please reduce the batch size");
  }
  const send = ({ topic, private: is_private, ...message }: BatchMessage) => {
    rate.add();
    hub.broadcast(topic, is_private, { payload: { ...message, type: "broadcast" } });
  };
  for (const message of messages) if (!message.private) send(message);
  const to_private = Map.groupBy(
    messages.filter((message) => message.private),
    (message) => message.topic,
  );
  // What may not be sent is left out without a word, as by the real server.
  for (const [topic, group] of to_private) {
    if ((await may_broadcast(context, caller, topic)) === true) group.forEach(send);
  }
  return accepted();
}

interface SingleMessage {
  topic: string;
  event: string;
  is_private: boolean;
  body: Buffer;
  is_binary: boolean;
}

async function send_one(
  context: Context,
  caller: Caller,
  { topic, event, is_private, body, is_binary }: SingleMessage,
): Promise<Response> {
  const json = is_binary ? null : json_of(body);
  if (json === undefined) return refuse(400, "Bad Request");
  if (body.length > context.limits.payload_bytes) {
    const errors = { payload: ["Payload size exceeds tenant limit"] };
    return Response.json({ errors }, { status: 422 });
  }
  if (is_private) {
    const allowed = await may_broadcast(context, caller, topic);
    if (allowed instanceof Response) return allowed;
    if (!allowed) return refuse(403, "Unauthorized");
  }
  const message: UserBroadcast = is_binary
    ? { event, encoding: "binary", body }
    : { event, encoding: "json", body: payload_of(json, body) };
  context.messages.add();
  context.hub.broadcast(topic, is_private, message);
  return accepted();
}

/** A Response when it could not be found out. */
async function may_broadcast(
  { lanes, log }: Context,
  { claims, headers }: Caller,
  topic: string,
): Promise<boolean | Response> {
  try {
    return await may_write(lanes, { topic, claims, headers }, "broadcast");
  } catch (error) {
    if (!(error instanceof AuthorizeError)) throw error;
    log(`UnableToSetPolicies: ${error.message}`);
    const texts = {
      rls: "RLS policy error",
      query_canceled: "Query canceled",
      missing_partition: "Missing messages partition",
      unavailable: "Tenant database unavailable",
    };
    return refuse(422, texts[error.kind]);
  }
}

/** Null when it is too long. */
async function read_body(request: Request): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > MAX_BODY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** A map passes as it came; the real server's body parser puts everything else under `_json`. */
function payload_of(json: unknown, body: Buffer): Buffer {
  if (body.length === 0) return Buffer.from("{}");
  return is_map(json) ? body : Buffer.from(JSON.stringify({ _json: json }));
}

/** Undefined when it is no JSON; an empty body counts as an empty map. */
function json_of(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return parse_json(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
}

function decode_part(part: string | undefined): string | null {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return null;
  }
}

function accepted(): Response {
  return new Response("", { status: 202 });
}

function refuse(status: number, message: string): Response {
  return Response.json({ message }, { status });
}
