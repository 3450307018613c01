/**
 * Bodies of requests → typed values, or a KultiError that names every issue. Imported apart from index.ts, which
 * stays free of the validator.
 */
import { type Issue, KultiError } from "./errors.ts";
import { type AgentEvent, type EventType, eventTypes } from "./event.ts";
import { eventSchemas, type SentEvent } from "./schema-event.ts";
import { check, parse, quoted, refuse } from "./schema-issue.ts";
import {
  agentMessageSchema,
  ingestSchema,
  messagesQuerySchema,
  profileChangesSchema,
  registerSchema,
  rotateSchema,
  scrubSchema,
  viewerMessageSchema,
} from "./schema-request.ts";
import { isObject } from "./text.ts";
import type {
  AgentMessageRequest,
  IngestRequest,
  MessagesQuery,
  ProfileChanges,
  RegisterRequest,
  RotateRequest,
  ScrubRequest,
  ViewerMessageRequest,
} from "./wire.ts";

/** @throws {KultiError} `malformed_json`, without quoting the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const why = text.trim() === "" ? "it is empty" : "it is not JSON";
    throw new KultiError("malformed_json", `Cannot read the body: ${why}.`);
  }
}

/**
 * Every event of the result has an id and a time; the defaults are a new UUID and the time of parsing.
 * @throws {KultiError} `invalid_event` for the first bad event, with all its issues and those of events after it as
 * far as they fit; `invalid_request` for anything else in the body.
 */
export function parseIngest(body: unknown, now: string = new Date().toISOString()): IngestRequest {
  const request = parse(ingestSchema, body, "Cannot append the events");
  if (request.session_id !== undefined && request.start_session !== undefined) {
    const message = "is not allowed together with session_id: a request takes only one of them";
    refuse("invalid_request", "Cannot append the events", [{ path: "start_session", message }]);
  }
  return { ...request, events: parseEvents(request.events, now) };
}

/** Events to check after the first bad one: enough to fix a client, too few to be worth an attack. */
const badEventsTold = 5;

function parseEvents(sent: readonly unknown[], now: string): AgentEvent[] {
  const events: AgentEvent[] = [];
  const found: Issue[] = [];
  const bad: number[] = [];
  for (const [index, value] of sent.entries()) {
    const { value: event, issues } = checkEvent(value);
    if (event) events.push({ ...event, id: event.id ?? crypto.randomUUID(), at: event.at ?? now });
    for (const { path, ...rest } of issues ?? []) {
      const inner = path === "" || path.startsWith("[") ? path : `.${path}`;
      found.push({ path: `events[${index}]${inner}`, ...rest });
    }
    if (issues) bad.push(index);
    if (bad.length === badEventsTold) break;
  }
  if (bad[0] === undefined) return events;
  return refuse("invalid_event", `Cannot append event ${bad[0]}`, found, `events[${bad[0]}]`);
}

function checkEvent(value: unknown): ReturnType<typeof check<SentEvent>> {
  if (!isObject(value)) return { issues: [{ path: "", message: "is not an object" }] };
  const { type } = value;
  if (typeof type === "string" && Object.hasOwn(eventSchemas, type)) {
    return check<SentEvent>(eventSchemas[type as EventType], value);
  }
  const met = typeof type === "string" ? quoted(type) : `a ${typeof type}`;
  const message = `is ${met}, not one of ${eventTypes.join(", ")}`;
  return { issues: [{ path: "type", message: type === undefined ? "is missing" : message }] };
}

export const parseRegister = (body: unknown): RegisterRequest =>
  parse(registerSchema, body, "Cannot register the agent");

/** At least one change. */
export const parseProfileChanges = (body: unknown): ProfileChanges =>
  parse(profileChangesSchema, body, "Cannot change the agent");

/** No body means the defaults. */
export const parseRotate = (body: unknown): RotateRequest =>
  parse(rotateSchema, body ?? {}, "Cannot rotate the key");

export const parseScrub = (body: unknown): ScrubRequest =>
  parse(scrubSchema, body, "Cannot remove the text");

export const parseViewerMessage = (body: unknown): ViewerMessageRequest =>
  parse(viewerMessageSchema, body, "Cannot post the message");

export const parseAgentMessage = (body: unknown): AgentMessageRequest =>
  parse(agentMessageSchema, body, "Cannot post the message");

/** The query of `GET /chat`. */
export const parseMessagesQuery = (query: URLSearchParams): MessagesQuery =>
  parse(messagesQuerySchema, Object.fromEntries(query), "Cannot read the messages");
