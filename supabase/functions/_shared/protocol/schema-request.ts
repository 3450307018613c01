/** Bodies of the requests, as they may be sent. */
import * as v from "valibot";
import { visibilities } from "./event.ts";
import { limits } from "./limits.ts";
import { agent_id, count, exact, label, list, text, url, uuid } from "./schema-parts.ts";

const optional = v.exactOptional;

/** The events stand apart: each is checked against the schema of its type. */
export const ingest_schema = exact({
  agent_id,
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

export const register_schema = exact({ agent_id, ...profile });

export const profile_changes_schema = v.pipe(
  exact(profile),
  v.check((changes) => Object.keys(changes).length > 0, "holds no change"),
);

export const rotate_schema = exact({ keep_current: optional(v.boolean()) });

export const viewer_message_schema = exact({
  session_id: uuid,
  viewer_id: label("viewer_id_bytes"),
  name: label("message_name_bytes"),
  text: label("message_text_bytes"),
  id: optional(uuid),
});

export const agent_message_schema = exact({
  session_id: uuid,
  text: label("message_text_bytes"),
  id: optional(uuid),
});

export const messages_query_schema = exact({
  session_id: uuid,
  after: optional(
    v.pipe(v.string(), v.regex(/^\d{1,15}$/, "is no whole number from 0"), v.transform(Number)),
  ),
});
