/** JSON Schema (2020-12) of everything on the wire, made from the validator's schemas. */
import { type ConversionConfig, type JsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import { eventTypes } from "../event.ts";
import { edit, hunk, replacement } from "../events/code/schema.ts";
import { knownMetadata } from "../events/thought/schema-metadata.ts";
import { eventSchemas, storedEventSchema } from "../schema-event.ts";
import {
  agentKeySchema,
  agentSchema,
  errorSchema,
  frameSchema,
  headSchema,
  ingestReplySchema,
  messageSchema,
  registerReplySchema,
  rotateReplySchema,
  scrubReplySchema,
} from "../schema-reply.ts";
import {
  agentMessageSchema,
  ingestSchema,
  profileChangesSchema,
  registerSchema,
  rotateSchema,
  scrubSchema,
  viewerMessageSchema,
} from "../schema-request.ts";

export type Json = { [key: string]: unknown };

/** `thought` → `ThoughtEvent` */
const eventName = (type: string): string => `${type[0]?.toUpperCase()}${type.slice(1)}Event`;

const definitions = {
  ...Object.fromEntries(eventTypes.map((type) => [eventName(type), eventSchemas[type]])),
  TextReplacement: replacement,
  DiffHunk: hunk,
  ThoughtMetadata: knownMetadata,
  IngestRequest: ingestSchema,
  IngestReply: ingestReplySchema,
  RegisterRequest: registerSchema,
  RegisterReply: registerReplySchema,
  ProfileChanges: profileChangesSchema,
  RotateRequest: rotateSchema,
  RotateReply: rotateReplySchema,
  ScrubRequest: scrubSchema,
  ScrubReply: scrubReplySchema,
  ViewerMessageRequest: viewerMessageSchema,
  AgentMessageRequest: agentMessageSchema,
  Message: messageSchema,
  Agent: agentSchema,
  AgentKey: agentKeySchema,
  Head: headSchema,
  StoredEvent: storedEventSchema,
  Frame: frameSchema,
  Error: errorSchema,
};

/** @param refPrefix The place of the definitions in the document, such as `#/$defs/`. */
export function definitionsAt(refPrefix: string): Record<string, Json> {
  const ref = (name: string) => ({ $ref: `${refPrefix}${name}` });
  const config: ConversionConfig = {
    target: "draft-2020-12",
    typeMode: "ignore",
    // Descriptions hold rules that JSON Schema cannot express, such as sizes in bytes.
    errorMode: "ignore",
    overrideRef: ({ referenceId }) => `${refPrefix}${referenceId}`,
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
  const thought = made[eventName("thought")] as {
    properties: { data: { properties: { metadata: Json } } };
  };
  Object.assign(thought.properties.data.properties.metadata, ref("ThoughtMetadata"));
  const code = made[eventName("code")] as { properties: { data: Json } };
  code.properties.data.oneOf = codeActionsTake;
  return { Event: { oneOf: eventTypes.map((type) => ref(eventName(type))) }, ...made };
}

const without = (...keys: string[]) => Object.fromEntries(keys.map((key) => [key, false]));
const action = (name: string, absent: string[], ...required: string[]) => ({
  properties: { action: { const: name }, ...without(...absent) },
  required,
});

/** The allowed fields of each action: content, edits, old_filename. */
const codeActionsTake = [
  action("write", ["edits", "old_filename"], "content"),
  action("edit", ["edits", "old_filename"], "content"),
  action("edit", ["content", "old_filename"], "edits"),
  action("delete", ["content", "edits", "old_filename"]),
  action("rename", ["content", "edits"], "old_filename"),
];

export const jsonSchema = (): Json => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Kulti: events, requests, replies and broadcasts",
  $ref: "#/$defs/IngestRequest",
  $defs: definitionsAt("#/$defs/"),
});
