/** Replies, rows and broadcasts: nothing is parsed with these; JSON Schema and OpenAPI are made from them. */
import * as v from "valibot";
import { errorStatus } from "./errors.ts";
import { statuses, visibilities } from "./event.ts";
import { storedEventSchema } from "./schema-event.ts";
import { agentId, count, type Equal, timestamp, uuid } from "./schema-parts.ts";
import type { Agent, AgentKey, Frame, Head, IngestReply, Message } from "./wire.ts";

const nullableText = v.nullable(v.string());
const titled = v.object({ title: v.string(), description: v.exactOptional(v.string()) });

export const messageSchema = v.object({
  seq: count,
  id: uuid,
  session_id: uuid,
  sender: v.picklist(["viewer", "agent"]),
  name: v.string(),
  text: v.string(),
  at: timestamp,
});

export const ingestReplySchema = v.object({
  session_id: uuid,
  accepted: count,
  duplicates: count,
  last_seq: count,
  redacted: v.pipe(count, v.description("Secrets redacted from the batch before it was stored.")),
  flush_ms: v.pipe(count, v.description("Milliseconds to gather events before the next request.")),
  messages: v.pipe(
    v.array(messageSchema),
    v.description("Chat from viewers since the agent's cursor."),
  ),
});

export const agentSchema = v.object({
  agent_id: agentId,
  name: v.string(),
  avatar_url: nullableText,
  description: nullableText,
  visibility: v.picklist(visibilities),
  redact_secrets: v.pipe(
    v.boolean(),
    v.description("Whether the server redacts secrets in the agent's events."),
  ),
  created_at: timestamp,
});

export const agentKeySchema = v.object({
  id: uuid,
  prefix: v.pipe(v.string(), v.description("The first characters of the key.")),
  created_at: timestamp,
  last_used_at: v.nullable(timestamp),
});

export const scrubReplySchema = v.object({
  session_id: uuid,
  events: v.pipe(count, v.description("Events that held the text.")),
  messages: v.pipe(count, v.description("Chat lines that held the text.")),
});

const shownOnce = v.pipe(v.string(), v.description("The key itself, shown only once."));

export const registerReplySchema = v.object({
  agent: agentSchema,
  api_key: shownOnce,
  key: agentKeySchema,
});

export const rotateReplySchema = v.object({
  agent_id: agentId,
  api_key: shownOnce,
  key: agentKeySchema,
  revoked: v.pipe(v.array(uuid), v.description("Ids of the keys that are no longer valid.")),
});

export const headSchema = v.object({
  session_id: uuid,
  agent_id: agentId,
  agent_name: v.string(),
  avatar_url: nullableText,
  status: v.picklist(statuses),
  task: v.nullable(titled),
  goal: v.nullable(titled),
  latest: nullableText,
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
    v.description("Live sessions of this agent, including this one; 0 when this one is not live."),
  ),
  listed: v.pipe(
    v.boolean(),
    v.description(
      "Whether the lists of all agents keep it after it ends; the agent's own list keeps all.",
    ),
  ),
  rewritten_at: v.pipe(
    v.nullable(timestamp),
    v.description(
      "When an operator last changed or deleted one of its events or messages: what was read before is stale.",
    ),
  ),
  topic: v.pipe(
    v.string(),
    v.description("The private channel of the session, until its visibility changes."),
  ),
});

export const frameSchema = v.object({
  from_seq: count,
  to_seq: count,
  events: v.pipe(
    v.array(storedEventSchema),
    v.description("Empty when the events are too large for a frame: fetch them by seq."),
  ),
});

export const errorSchema = v.object({
  error: v.object({
    code: v.picklist(Object.keys(errorStatus) as (keyof typeof errorStatus)[]),
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
export const repliesEqualInterfaces: [
  Equal<v.InferOutput<typeof messageSchema>, Message>,
  Equal<v.InferOutput<typeof ingestReplySchema>, IngestReply>,
  Equal<v.InferOutput<typeof agentSchema>, Agent>,
  Equal<v.InferOutput<typeof agentKeySchema>, AgentKey>,
  Equal<v.InferOutput<typeof headSchema>, Head>,
  Equal<Omit<v.InferOutput<typeof frameSchema>, "events">, Omit<Frame, "events">>,
] = [true, true, true, true, true, true];
