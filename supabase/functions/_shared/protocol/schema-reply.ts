/** Replies, rows and broadcasts: nothing is parsed with these; JSON Schema and OpenAPI are made from them. */
import * as v from "valibot";
import { error_status } from "./errors.ts";
import { statuses, visibilities } from "./event.ts";
import { data_schemas } from "./schema-event.ts";
import { agent_id, count, type Equal, timestamp, uuid } from "./schema-parts.ts";
import type { Agent, AgentKey, Frame, Head, IngestReply, Message } from "./wire.ts";

const nullable_text = v.nullable(v.string());
const titled = v.object({ title: v.string(), description: v.exactOptional(v.string()) });

export const message_schema = v.object({
  seq: count,
  id: uuid,
  session_id: uuid,
  sender: v.picklist(["viewer", "agent"]),
  name: v.string(),
  text: v.string(),
  at: timestamp,
});

export const ingest_reply_schema = v.object({
  session_id: uuid,
  accepted: count,
  duplicates: count,
  last_seq: count,
  redacted: v.pipe(
    count,
    v.description("Secrets that were taken out of the batch before it was stored."),
  ),
  flush_ms: v.pipe(count, v.description("Milliseconds to gather events before the next request.")),
  messages: v.pipe(
    v.array(message_schema),
    v.description("Chat from viewers since the agent's cursor."),
  ),
});

export const agent_schema = v.object({
  agent_id,
  name: v.string(),
  avatar_url: nullable_text,
  description: nullable_text,
  visibility: v.picklist(visibilities),
  redact_secrets: v.pipe(v.boolean(), v.description("Secrets are taken out of what it sends.")),
  created_at: timestamp,
});

export const agent_key_schema = v.object({
  id: uuid,
  prefix: v.pipe(v.string(), v.description("The first characters of the key.")),
  created_at: timestamp,
  last_used_at: v.nullable(timestamp),
});

const shown_once = v.pipe(v.string(), v.description("The key itself, shown this once."));

export const register_reply_schema = v.object({
  agent: agent_schema,
  api_key: shown_once,
  key: agent_key_schema,
});

export const rotate_reply_schema = v.object({
  agent_id,
  api_key: shown_once,
  key: agent_key_schema,
  revoked: v.pipe(v.array(uuid), v.description("Ids of the keys that are no longer valid.")),
});

export const head_schema = v.object({
  session_id: uuid,
  agent_id,
  agent_name: v.string(),
  avatar_url: nullable_text,
  status: v.picklist(statuses),
  task: v.nullable(titled),
  goal: v.nullable(titled),
  latest: nullable_text,
  to_seq: count,
  messages_to: count,
  viewers: count,
  counts: v.object({ thoughts: count, code: count, terminal: count, errors: count }),
  started_at: timestamp,
  last_event_at: timestamp,
  ended_at: v.nullable(timestamp),
  live: v.boolean(),
  live_sessions: v.pipe(
    count,
    v.description("Of the same agent, this one among them; 0 when it is not live."),
  ),
  listed: v.pipe(
    v.boolean(),
    v.description("Whether lists of all agents have it when it is over; its agent's list has all."),
  ),
  topic: v.pipe(
    v.string(),
    v.description("The private channel of the session, until its visibility changes."),
  ),
});

const stored = <Type extends keyof typeof data_schemas>(type: Type) =>
  v.object({
    seq: count,
    id: v.string(),
    type: v.literal(type),
    at: timestamp,
    data: data_schemas[type],
  });

export const stored_event_schema = v.variant("type", [
  stored("thought"),
  stored("code"),
  stored("terminal"),
  stored("status"),
  stored("task"),
  stored("goal"),
  stored("milestone"),
  stored("error"),
  stored("preview"),
  stored("usage"),
]);

export const frame_schema = v.object({
  from_seq: count,
  to_seq: count,
  events: v.pipe(
    v.array(stored_event_schema),
    v.description("Empty when they are too large for a frame: fetch them by their seq."),
  ),
});

export const error_schema = v.object({
  error: v.object({
    code: v.picklist(Object.keys(error_status) as (keyof typeof error_status)[]),
    message: v.string(),
    issues: v.exactOptional(
      v.array(
        v.object({
          path: v.string(),
          message: v.string(),
          limit: v.exactOptional(v.number()),
        }),
      ),
    ),
    request_id: v.string(),
  }),
});

/** Does not compile when a schema and its interface differ. */
export const replies_equal_interfaces: [
  Equal<v.InferOutput<typeof message_schema>, Message>,
  Equal<v.InferOutput<typeof ingest_reply_schema>, IngestReply>,
  Equal<v.InferOutput<typeof agent_schema>, Agent>,
  Equal<v.InferOutput<typeof agent_key_schema>, AgentKey>,
  Equal<v.InferOutput<typeof head_schema>, Head>,
  Equal<Omit<v.InferOutput<typeof frame_schema>, "events">, Omit<Frame, "events">>,
] = [true, true, true, true, true, true];
