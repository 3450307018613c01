/** Broadcasts over HTTP: `POST /api/broadcast` (a batch) and `POST /api/broadcast/{topic}/events/{event}` (one). */
import { BodyRefused } from "../bodies.ts";
import { parseJson } from "../parse-json.ts";
import { AuthorizeError, mayWrite } from "./authorize.ts";
import { type BatchMessage, parseBatch } from "./batch.ts";
import type { Context } from "./context.ts";
import { isMap, type UserBroadcast } from "./serializer.ts";
import type { Claims } from "./token.ts";

interface Caller {
  claims: Claims;
  headers: Record<string, string>;
}

const singleBroadcast = /^\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/;

export function createHttp(context: Context) {
  return (request: Request): Promise<Response> =>
    answer(context, request).catch((error) => {
      if (error instanceof BodyRefused) return refuse(error.status, error.message);
      // The JSON is nested too deeply to be serialized again.
      if (error instanceof RangeError) return refuse(400, "Bad Request");
      context.log(`UnknownErrorOnController: ${error.message}`);
      return refuse(500, "Internal Server Error");
    });
}

async function answer(context: Context, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const single = singleBroadcast.exec(pathname);
  if (request.method !== "POST" || (!single && pathname !== "/api/broadcast")) {
    return refuse(404, "not found");
  }
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const isBinary = type === "application/octet-stream";
  if (single && type !== undefined && type !== "application/json" && !isBinary) {
    const error = "Unsupported Media Type. Use application/json or application/octet-stream";
    return Response.json({ error }, { status: 415 });
  }
  if (context.messages.average >= context.limits.messagesPerSecond) {
    return refuse(429, "Too many requests");
  }
  const caller = await authenticate(context, request);
  if (!caller) return refuse(401, "Unauthorized");
  const holding = context.bodies.hold(caller.claims.role);
  try {
    const body = await holding.read(request);
    if (!single) return await sendBatch(context, caller, body);
    const [topic, event] = [decodePart(single[1]), decodePart(single[2])];
    if (!topic || !event) return refuse(400, "Bad Request");
    const isPrivate = searchParams.get("private") === "true";
    return await sendOne(context, caller, { topic, event, isPrivate, body, isBinary });
  } finally {
    holding.release();
  }
}

async function authenticate({ verify }: Context, { headers }: Request): Promise<Caller | null> {
  const bearer = /^bearer (\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  const token = bearer ?? headers.get("apikey");
  const claims = token ? await verify(token).catch(() => null) : null;
  return claims && { claims, headers: Object.fromEntries(headers) };
}

async function sendBatch(context: Context, caller: Caller, body: Buffer): Promise<Response> {
  const json = jsonOf(body);
  if (json === undefined) return refuse(400, "Bad Request");
  const { limits, messages: rate, hub } = context;
  const { messages, errors } = parseBatch(json, limits.payloadBytes);
  if (errors) return Response.json({ errors }, { status: 422 });
  if (messages.length + rate.average > limits.messagesPerSecond) {
    return refuse(429, "Too many messages to broadcast, please reduce the batch size");
  }
  const send = ({ topic, private: isPrivate, ...message }: BatchMessage) => {
    rate.add();
    hub.broadcast(topic, isPrivate, { payload: { ...message, type: "broadcast" } });
  };
  for (const message of messages) if (!message.private) send(message);
  const toPrivate = Map.groupBy(
    messages.filter((message) => message.private),
    (message) => message.topic,
  );
  // Drops forbidden messages silently, as the real server does.
  for (const [topic, group] of toPrivate) {
    if ((await mayBroadcast(context, caller, topic)) === true) group.forEach(send);
  }
  return accepted();
}

interface SingleMessage {
  topic: string;
  event: string;
  isPrivate: boolean;
  body: Buffer;
  isBinary: boolean;
}

async function sendOne(
  context: Context,
  caller: Caller,
  { topic, event, isPrivate, body, isBinary }: SingleMessage,
): Promise<Response> {
  const json = isBinary ? null : jsonOf(body);
  if (json === undefined) return refuse(400, "Bad Request");
  if (body.length > context.limits.payloadBytes) {
    const errors = { payload: ["Payload size exceeds tenant limit"] };
    return Response.json({ errors }, { status: 422 });
  }
  if (isPrivate) {
    const allowed = await mayBroadcast(context, caller, topic);
    if (allowed instanceof Response) return allowed;
    if (!allowed) return refuse(403, "Unauthorized");
  }
  const message: UserBroadcast = isBinary
    ? { event, encoding: "binary", body }
    : { event, encoding: "json", body: payloadOf(json, body) };
  context.messages.add();
  context.hub.broadcast(topic, isPrivate, message);
  return accepted();
}

/** A Response if the check failed. */
async function mayBroadcast(
  { lanes, log }: Context,
  { claims, headers }: Caller,
  topic: string,
): Promise<boolean | Response> {
  try {
    return await mayWrite(lanes, { topic, claims, headers }, "broadcast");
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

/** An object passes unchanged. The real server's body parser puts any other value under `_json`. */
function payloadOf(json: unknown, body: Buffer): Buffer {
  if (body.length === 0) return Buffer.from("{}");
  return isMap(json) ? body : Buffer.from(JSON.stringify({ _json: json }));
}

/** Undefined if it is not JSON; an empty body counts as an empty map. */
function jsonOf(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
}

function decodePart(part: string | undefined): string | null {
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
