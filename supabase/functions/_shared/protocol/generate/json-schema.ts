/** JSON Schema (2020-12) of everything on the wire, made from the validator's schemas. */
import { type ConversionConfig, type JsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import { event_types } from "../event.ts";
import { edit, event_schemas, hunk, replacement } from "../schema-event.ts";
import { known_metadata } from "../schema-metadata.ts";
import {
  agent_key_schema,
  agent_schema,
  error_schema,
  frame_schema,
  head_schema,
  ingest_reply_schema,
  message_schema,
  register_reply_schema,
  rotate_reply_schema,
  stored_event_schema,
} from "../schema-reply.ts";
import {
  agent_message_schema,
  ingest_schema,
  profile_changes_schema,
  register_schema,
  rotate_schema,
  viewer_message_schema,
} from "../schema-request.ts";

export type Json = { [key: string]: unknown };

/** `thought` → `ThoughtEvent` */
const event_name = (type: string): string => `${type[0]?.toUpperCase()}${type.slice(1)}Event`;

const definitions = {
  ...Object.fromEntries(event_types.map((type) => [event_name(type), event_schemas[type]])),
  TextReplacement: replacement,
  DiffHunk: hunk,
  ThoughtMetadata: known_metadata,
  IngestRequest: ingest_schema,
  IngestReply: ingest_reply_schema,
  RegisterRequest: register_schema,
  RegisterReply: register_reply_schema,
  ProfileChanges: profile_changes_schema,
  RotateRequest: rotate_schema,
  RotateReply: rotate_reply_schema,
  ViewerMessageRequest: viewer_message_schema,
  AgentMessageRequest: agent_message_schema,
  Message: message_schema,
  Agent: agent_schema,
  AgentKey: agent_key_schema,
  Head: head_schema,
  StoredEvent: stored_event_schema,
  Frame: frame_schema,
  Error: error_schema,
};

/** @param ref_prefix Where the definitions lie in the document, such as `#/$defs/`. */
export function definitions_at(ref_prefix: string): Record<string, Json> {
  const ref = (name: string) => ({ $ref: `${ref_prefix}${name}` });
  const config: ConversionConfig = {
    target: "draft-2020-12",
    typeMode: "ignore",
    // What JSON Schema has no words for (sizes in bytes) stands in the descriptions.
    errorMode: "ignore",
    overrideRef: ({ referenceId }) => `${ref_prefix}${referenceId}`,
    overrideSchema: ({ valibotSchema }) => {
      if (valibotSchema === (edit as unknown)) {
        return { anyOf: [ref("TextReplacement"), ref("DiffHunk")] } as JsonSchema;
      }
      return null;
    },
  };
  const made = toJsonSchemaDefs(definitions, config) as unknown as Record<string, Json>;
  const requests = made.IngestRequest as { properties: { events: Json } } & Json;
  requests.properties.events.items = ref("Event");
  requests.not = { required: ["session_id", "start_session"] };
  const thought = made[event_name("thought")] as {
    properties: { data: { properties: { metadata: Json } } };
  };
  Object.assign(thought.properties.data.properties.metadata, ref("ThoughtMetadata"));
  const code = made[event_name("code")] as { properties: { data: Json } };
  code.properties.data.oneOf = code_actions_take;
  return { Event: { oneOf: event_types.map((type) => ref(event_name(type))) }, ...made };
}

const without = (...keys: string[]) => Object.fromEntries(keys.map((key) => [key, false]));
const action = (name: string, absent: string[], ...required: string[]) => ({
  properties: { action: { const: name }, ...without(...absent) },
  required,
});

/** Which of content, edits and old_filename stand with which action. */
const code_actions_take = [
  action("write", ["edits", "old_filename"], "content"),
  action("edit", ["edits", "old_filename"], "content"),
  action("edit", ["content", "old_filename"], "edits"),
  action("delete", ["content", "edits", "old_filename"]),
  action("rename", ["content", "edits"], "old_filename"),
];

export const json_schema = (): Json => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Kulti: events, requests, replies and broadcasts",
  $ref: "#/$defs/IngestRequest",
  $defs: definitions_at("#/$defs/"),
});
