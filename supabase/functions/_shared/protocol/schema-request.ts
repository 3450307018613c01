/** The allowed bodies of requests. */
import * as v from "valibot";
import { visibilities } from "./event.ts";
import { limits } from "./limits.ts";
import { agentId, count, exact, label, list, optional, text, url, uuid } from "./schema-parts.ts";

/** Without the events: the schema of its type checks each one. */
export const ingestSchema = exact({
  agent_id: agentId,
  session_id: optional(uuid),
  start_session: optional(uuid),
  messages_after: optional(count),
  events: list(v.unknown(), 1, limits.batch_events),
});

const profile = {
  name: optional(label("agent_name_bytes")),
  avatar_url: optional(v.nullable(url)),
  description: optional(v.nullable(text("agent_description_bytes"))),
  visibility: optional(v.picklist(visibilities)),
  redact_secrets: optional(v.boolean()),
};

export const registerSchema = exact({ agent_id: agentId, ...profile });

export const profileChangesSchema = v.pipe(
  exact(profile),
  v.check((changes) => Object.keys(changes).length > 0, "contains no change"),
);

export const rotateSchema = exact({ keep_current: optional(v.boolean()) });

export const scrubSchema = exact({
  session_id: uuid,
  text: v.pipe(
    label("scrub_text_bytes"),
    v.minLength(
      limits.scrub_text_min_chars,
      `is shorter than ${limits.scrub_text_min_chars} characters`,
    ),
  ),
});

export const viewerMessageSchema = exact({
  session_id: uuid,
  viewer_id: label("viewer_id_bytes"),
  name: label("message_name_bytes"),
  text: label("message_text_bytes"),
  id: optional(uuid),
});

export const agentMessageSchema = exact({
  session_id: uuid,
  text: label("message_text_bytes"),
  id: optional(uuid),
});

export const messagesQuerySchema = exact({
  session_id: uuid,
  after: optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,15}$/, "is not a whole number of at least 0"),
      v.transform(Number),
    ),
  ),
});
