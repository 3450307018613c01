/**
 * Phoenix's two wire formats as Supabase Realtime speaks them. Version 1: JSON objects. Version 2: JSON arrays
 * `[join_ref, ref, topic, event, payload]`, and binary frames for broadcasts: kind 3 from a client, kind 4 to it.
 */
import { isUtf8 } from "node:buffer";
import { parseJson } from "../parse-json.ts";

export type Version = 1 | 2;
type Json = unknown;
export type Ref = Json;

export interface ClientMessage {
  joinRef: Ref;
  ref: Ref;
  topic: Json;
  event: Json;
  payload: Json;
  /** Set for a binary broadcast; `payload` is then null. */
  broadcast?: UserBroadcast;
}

/** A broadcast whose payload is passed on as the bytes that were received. */
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

const kindClientBroadcast = 3;
const kindBroadcast = 4;
const maxFieldBytes = 255;

/** Throws an Error that says why the frame is invalid. */
export function decode(version: Version, data: Buffer, binary: boolean): ClientMessage {
  if (binary) {
    if (version === 1) throw new Error("binary frame on protocol version 1.0.0");
    return decodeBinary(data);
  }
  const json: Json = parseJson(data.toString("utf8"));
  if (version === 2) {
    if (!Array.isArray(json) || json.length < 5) throw new Error("expected V2 array");
    const [joinRef, ref, topic, event, payload] = json;
    return { joinRef, ref, topic, event, payload };
  }
  if (!isMap(json)) throw new Error("V1 JSON Serializer expected a map");
  for (const key of ["topic", "event", "payload", "ref"]) {
    if (!(key in json)) throw new Error(`missing key "${key}"`);
  }
  const { join_ref: joinRef, ref, topic, event, payload } = json;
  return { joinRef, ref, topic, event, payload };
}

function decodeBinary(data: Buffer): ClientMessage {
  if (data[0] !== kindClientBroadcast || data.length < 7) throw new Error("unknown binary frame");
  let at = 7;
  const [joinRef, ref, topic, event, meta] = [1, 2, 3, 4, 5].map((field) => {
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
  return { joinRef, ref, topic, event: "broadcast", payload: null, broadcast };
}

export function encodeReply(
  version: Version,
  to: { joinRef: Ref; ref: Ref; topic: Json },
  status: "ok" | "error",
  response: Json,
): Frame {
  const payload = { status, response };
  return encodePush(version, { ...to, event: "phx_reply", payload });
}

export function encodePush(
  version: Version,
  message: { joinRef: Ref; ref: Ref; topic: Json; event: string; payload: Json },
): Frame {
  const { joinRef, ref, topic, event, payload } = message;
  const json =
    version === 2
      ? [joinRef ?? null, ref ?? null, topic, event, payload]
      : { topic, event, payload, ref: ref ?? null };
  return { data: Buffer.from(JSON.stringify(json)), binary: false };
}

/** Null when this version cannot carry it: binary payloads on version 1, fields over 255 bytes on version 2. */
export function encodeBroadcast(
  version: Version,
  topic: string,
  broadcast: Broadcast,
): Frame | null {
  if ("payload" in broadcast) {
    const { payload } = broadcast;
    return encodePush(version, { joinRef: null, ref: null, topic, event: "broadcast", payload });
  }
  return version === 2 ? encodeBinary(topic, broadcast) : encodeText(topic, broadcast);
}

function encodeBinary(topic: string, { event, encoding, body, meta }: UserBroadcast) {
  const fields = [topic, event, meta ? JSON.stringify(meta) : ""].map((text) => Buffer.from(text));
  if (fields.some((field) => field.length > maxFieldBytes)) return null;
  const lengths = fields.map((field) => field.length);
  const head = Buffer.from([kindBroadcast, ...lengths, encoding === "json" ? 1 : 0]);
  return { data: Buffer.concat([head, ...fields, body]), binary: true };
}

/** Inserts the payload's JSON unchanged: it is never parsed on its way from the database to a viewer. */
function encodeText(topic: string, { event, encoding, body, meta }: UserBroadcast) {
  // A browser closes its socket on a text frame that is not UTF-8, and a client may have sent anything.
  if (encoding !== "json" || !isUtf8(body)) return null;
  const quoted = JSON.stringify;
  const head = `{"topic":${quoted(topic)},"event":"broadcast","payload":{"event":${quoted(event)},"payload":`;
  const tail = `,"type":"broadcast"${meta ? `,"meta":${quoted(meta)}` : ""}},"ref":null}`;
  return { data: Buffer.concat([Buffer.from(head), body, Buffer.from(tail)]), binary: false };
}

export function isMap(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
