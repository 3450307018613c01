/**
 * Phoenix's two wire formats as Supabase Realtime speaks them. Version 1: JSON objects. Version 2: JSON arrays
 * `[join_ref, ref, topic, event, payload]`, and binary frames for broadcasts: kind 3 from a client, kind 4 to it.
 */
import { isUtf8 } from "node:buffer";
import { parse_json } from "../parse-json.ts";

export type Version = 1 | 2;
type Json = unknown;
export type Ref = Json;

export interface ClientMessage {
  join_ref: Ref;
  ref: Ref;
  topic: Json;
  event: Json;
  payload: Json;
  /** Set for a binary broadcast; `payload` is then null. */
  broadcast?: UserBroadcast;
}

/** A broadcast whose payload is passed on as the bytes it came in. */
export interface UserBroadcast {
  event: string;
  encoding: "json" | "binary";
  body: Buffer;
  /** At most 255 bytes of JSON. */
  meta?: Record<string, Json>;
}

/** Either bytes, or a whole payload `{type, event, payload}` which is sent as JSON in both versions. */
export type Broadcast = UserBroadcast | { payload: Record<string, Json> };

export interface Frame {
  data: Buffer;
  binary: boolean;
}

const KIND_CLIENT_BROADCAST = 3;
const KIND_BROADCAST = 4;
const MAX_FIELD_BYTES = 255;

/** Throws an Error whose message says what is wrong with the frame. */
export function decode(version: Version, data: Buffer, binary: boolean): ClientMessage {
  if (binary) {
    if (version === 1) throw new Error("binary frame on protocol version 1.0.0");
    return decode_binary(data);
  }
  const json: Json = parse_json(data.toString("utf8"));
  if (version === 2) {
    if (!Array.isArray(json) || json.length < 5) throw new Error("expected V2 array");
    const [join_ref, ref, topic, event, payload] = json;
    return { join_ref, ref, topic, event, payload };
  }
  if (!is_map(json)) throw new Error("V1 JSON Serializer expected a map");
  for (const key of ["topic", "event", "payload", "ref"]) {
    if (!(key in json)) throw new Error(`missing key "${key}"`);
  }
  const { join_ref, ref, topic, event, payload } = json;
  return { join_ref, ref, topic, event, payload };
}

function decode_binary(data: Buffer): ClientMessage {
  if (data[0] !== KIND_CLIENT_BROADCAST || data.length < 7) throw new Error("unknown binary frame");
  let at = 7;
  const [join_ref, ref, topic, event, meta] = [1, 2, 3, 4, 5].map((field) => {
    const end = at + (data[field] ?? 0);
    if (end > data.length) throw new Error("binary frame is shorter than its header says");
    const text = data.toString("utf8", at, end);
    at = end;
    return text;
  }) as [string, string, string, string, string];
  if (meta !== "") JSON.parse(meta);
  const encoding = data[6] === 0 ? "binary" : "json";
  const body = data.subarray(at);
  const broadcast = { event, encoding, body } satisfies UserBroadcast;
  return { join_ref, ref, topic, event: "broadcast", payload: null, broadcast };
}

export function encode_reply(
  version: Version,
  to: { join_ref: Ref; ref: Ref; topic: Json },
  status: "ok" | "error",
  response: Json,
): Frame {
  const payload = { status, response };
  return encode_push(version, { ...to, event: "phx_reply", payload });
}

export function encode_push(
  version: Version,
  message: { join_ref: Ref; ref: Ref; topic: Json; event: string; payload: Json },
): Frame {
  const { join_ref, ref, topic, event, payload } = message;
  const json =
    version === 2
      ? [join_ref ?? null, ref ?? null, topic, event, payload]
      : { topic, event, payload, ref: ref ?? null };
  return { data: Buffer.from(JSON.stringify(json)), binary: false };
}

/** Null when this version cannot carry it: binary payloads on version 1, fields over 255 bytes on version 2. */
export function encode_broadcast(
  version: Version,
  topic: string,
  broadcast: Broadcast,
): Frame | null {
  if ("payload" in broadcast) {
    const { payload } = broadcast;
    return encode_push(version, { join_ref: null, ref: null, topic, event: "broadcast", payload });
  }
  return version === 2 ? encode_binary(topic, broadcast) : encode_text(topic, broadcast);
}

function encode_binary(topic: string, { event, encoding, body, meta }: UserBroadcast) {
  const fields = [topic, event, meta ? JSON.stringify(meta) : ""].map((text) => Buffer.from(text));
  if (fields.some((field) => field.length > MAX_FIELD_BYTES)) return null;
  const lengths = fields.map((field) => field.length);
  const head = Buffer.from([KIND_BROADCAST, ...lengths, encoding === "json" ? 1 : 0]);
  return { data: Buffer.concat([head, ...fields, body]), binary: true };
}

/** The payload's JSON is set in as it is: it is never parsed on its way from the database to a viewer. */
function encode_text(topic: string, { event, encoding, body, meta }: UserBroadcast) {
  // Browsers close a socket that gets a text frame which is no UTF-8; a client may have sent anything.
  if (encoding !== "json" || !isUtf8(body)) return null;
  const quoted = JSON.stringify;
  const head = `{"topic":${quoted(topic)},"event":"broadcast","payload":{"event":${quoted(event)},"payload":`;
  const tail = `,"type":"broadcast"${meta ? `,"meta":${quoted(meta)}` : ""}},"ref":null}`;
  return { data: Buffer.concat([Buffer.from(head), body, Buffer.from(tail)]), binary: false };
}

export function is_map(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
