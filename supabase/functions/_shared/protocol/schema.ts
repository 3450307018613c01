/**
 * Bodies of requests → typed values, or a KultiError that names every issue. Imported apart from index.ts, which
 * stays free of the validator.
 */
import { type Issue, KultiError } from "./errors.ts";
import { type AgentEvent, type EventType, event_types } from "./event.ts";
import { event_schemas, type SentEvent } from "./schema-event.ts";
import { check, parse, quoted, refuse } from "./schema-issue.ts";
import {
  agent_message_schema,
  ingest_schema,
  messages_query_schema,
  profile_changes_schema,
  register_schema,
  rotate_schema,
  viewer_message_schema,
} from "./schema-request.ts";
import { is_object } from "./text.ts";
import type {
  AgentMessageRequest,
  IngestRequest,
  MessagesQuery,
  ProfileChanges,
  RegisterRequest,
  RotateRequest,
  ViewerMessageRequest,
} from "./wire.ts";

/** @throws {KultiError} `malformed_json`, without quoting the text. */
export function parse_json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const why = text.trim() === "" ? "it is empty" : "it is not JSON";
    throw new KultiError("malformed_json", `Cannot read the body: ${why}.`);
  }
}

/**
 * Every event of the result has an id and a time: where the agent left them out, a new UUID and the moment of parsing.
 * @throws {KultiError} `invalid_event` for the first bad event, with all its issues and those of events after it as
 * far as they fit; `invalid_request` for anything else in the body.
 */
export function parse_ingest(body: unknown, now: string = new Date().toISOString()): IngestRequest {
  const request = parse(ingest_schema, body, "Cannot append the events");
  if (request.session_id !== undefined && request.start_session !== undefined) {
    const message = "stands beside session_id: a request has one of the two";
    refuse("invalid_request", "Cannot append the events", [{ path: "start_session", message }]);
  }
  return { ...request, events: parse_events(request.events, now) };
}

/** Events to look at after the first bad one: enough to mend a client, too few to be worth attacking. */
const bad_events_told = 5;

function parse_events(sent: readonly unknown[], now: string): AgentEvent[] {
  const events: AgentEvent[] = [];
  const found: Issue[] = [];
  const bad: number[] = [];
  for (const [index, value] of sent.entries()) {
    const { value: event, issues } = check_event(value);
    if (event) events.push({ ...event, id: event.id ?? crypto.randomUUID(), at: event.at ?? now });
    for (const { path, ...rest } of issues ?? []) {
      const inner = path === "" || path.startsWith("[") ? path : `.${path}`;
      found.push({ path: `events[${index}]${inner}`, ...rest });
    }
    if (issues) bad.push(index);
    if (bad.length === bad_events_told) break;
  }
  if (bad[0] === undefined) return events;
  return refuse("invalid_event", `Cannot append event ${bad[0]}`, found, `events[${bad[0]}]`);
}

function check_event(value: unknown): ReturnType<typeof check<SentEvent>> {
  if (!is_object(value)) return { issues: [{ path: "", message: "is not an object" }] };
  const { type } = value;
  if (typeof type === "string" && Object.hasOwn(event_schemas, type)) {
    return check<SentEvent>(event_schemas[type as EventType], value);
  }
  const met = typeof type === "string" ? quoted(type) : `a ${typeof type}`;
  const message = `is ${met}, not one of ${event_types.join(", ")}`;
  return { issues: [{ path: "type", message: type === undefined ? "is missing" : message }] };
}

export const parse_register = (body: unknown): RegisterRequest =>
  parse(register_schema, body, "Cannot register the agent");

/** At least one change. */
export const parse_profile_changes = (body: unknown): ProfileChanges =>
  parse(profile_changes_schema, body, "Cannot change the agent");

/** No body stands for no wishes. */
export const parse_rotate = (body: unknown): RotateRequest =>
  parse(rotate_schema, body ?? {}, "Cannot rotate the key");

export const parse_viewer_message = (body: unknown): ViewerMessageRequest =>
  parse(viewer_message_schema, body, "Cannot post the message");

export const parse_agent_message = (body: unknown): AgentMessageRequest =>
  parse(agent_message_schema, body, "Cannot post the message");

/** The query of `GET /chat`. */
export const parse_messages_query = (query: URLSearchParams): MessagesQuery =>
  parse(messages_query_schema, Object.fromEntries(query), "Cannot read the messages");
