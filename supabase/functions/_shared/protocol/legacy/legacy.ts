/**
 * The wire format of the original Kulti → events. Its clients ignore replies, so this refuses nothing that it can
 * read: it ignores unknown keys, cuts long text with a visible note, and replaces characters that can't be stored
 * by U+FFFD.
 */
import { KultiError } from "../errors.ts";
import { type AgentEvent, endingStatuses, type Status, statuses } from "../event.ts";
import { limits } from "../limits.ts";
import { agentIdPattern } from "../routes.ts";
import { fits, isObject, isWebAddress, storable } from "../text.ts";
import { readCode } from "./code.ts";
import { asText, type Fields, fields, first, given, kept, latest, moment } from "./read.ts";
import { readTerminal } from "./terminal.ts";
import { readThoughts } from "./thought.ts";

export interface LegacyRequest {
  agent_id: string;
  /** Empty when the body holds only counters (`stats`) or empty texts. */
  events: AgentEvent[];
}

const knownKeys = [
  "thought",
  "thinking",
  "agentChat",
  "code",
  "diff",
  "terminal",
  "status",
  "task",
  "goal",
  "milestone",
  "error",
  "preview",
  "stats",
];

/** True for a body without `events`, which must be in the original's format. */
export const isLegacy = (body: unknown): body is Fields => isObject(body) && !("events" in body);

/**
 * At most `limits.batch_events` events, the last ones; each with its own id and the body's time, or `now`.
 * @throws {KultiError} `invalid_request` without a usable agent id or without any known key.
 */
export function parseLegacy(body: unknown, now: string = new Date().toISOString()): LegacyRequest {
  const from = fields(body);
  const agentId = readAgentId(from);
  if (!knownKeys.some((key) => Object.hasOwn(from, key))) {
    const message = `contains neither events nor any of ${knownKeys.join(", ")}`;
    throw refusal("Cannot append the events: the body", "", message);
  }
  const at = moment(from.timestamp) ?? now;
  const events = readEvents(from).map(({ at: own, ...event }) => ({
    id: crypto.randomUUID(),
    ...event,
    at: own ?? at,
  }));
  return { agent_id: agentId, events: events.slice(-limits.batch_events) as AgentEvent[] };
}

type Read = {
  [Type in AgentEvent["type"]]: {
    type: Type;
    data: Extract<AgentEvent, { type: Type }>["data"];
    at?: string | null;
  };
}[AgentEvent["type"]];

/** Puts the events into an order that viewers can follow. A status that ends the session comes last. */
function readEvents(body: Fields): Read[] {
  const status = readStatus(body.status);
  const statusEvent: Read[] = status ? [{ type: "status", data: { status } }] : [];
  const ends = endingStatuses.some((ending) => ending === status);
  return [
    ...titled(body.goal).map((data): Read => ({ type: "goal", data })),
    ...titled(body.task).map((data): Read => ({ type: "task", data })),
    ...(ends ? [] : statusEvent),
    ...readThoughts(body).map((data): Read => ({ type: "thought", data })),
    ...readCode(body).map((data): Read => ({ type: "code", data })),
    ...readTerminal(body).map((entry): Read => ({ type: "terminal", ...entry })),
    ...latest(body.error).flatMap(readError),
    ...latest(body.milestone).flatMap(readMilestone),
    ...latest(body.preview).flatMap(readPreview),
    ...(ends ? statusEvent : []),
  ];
}

/** The original took any name; here it is the agent's handle, which has stricter rules. */
function readAgentId(body: Fields): string {
  const met = first(body, "agentId", "agent_id");
  if (met === undefined)
    throw refusal("Cannot append the events: agent_id", "agent_id", "is missing");
  const agentId = asText(met)
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s.]+/g, "-");
  if (agentIdPattern.test(agentId)) return agentId;
  const message = "is not an agent id: 2 to 63 of a-z, 0-9 and -, not starting with -";
  throw refusal("Cannot append the events: agent_id", "agent_id", message);
}

const refusal = (sentence: string, path: string, message: string): KultiError =>
  new KultiError("invalid_request", `${sentence} ${message}.`, { issues: [{ path, message }] });

/** Words that agents use for the statuses; any other word counts as `working`. */
const statusWords: Record<Status, string> = {
  starting: "initializing initialising booting loading",
  live: "online active ready",
  working: "running busy",
  thinking: "reasoning planning",
  waiting: "idle blocked pending",
  paused: "stopped sleeping",
  error: "failed failure crashed",
  done: "complete completed finished success ended",
  offline: "disconnected closed exited",
};

function readStatus(value: unknown): Status | null {
  const word = asText(value).trim().toLowerCase();
  if (word === "") return null;
  const meant = statuses.find((status) => statusWords[status].split(" ").includes(word));
  return statuses.find((status) => status === word) ?? meant ?? "working";
}

function titled(value: unknown): { title: string; description?: string }[] {
  return latest(value).flatMap((item) => {
    const from = typeof item === "string" ? { title: item } : fields(item);
    const { title } = given("title", from.title, "title_bytes");
    return title ? [{ title, ...given("description", from.description, "description_bytes") }] : [];
  });
}

function readMilestone(value: unknown): Read[] {
  const from = typeof value === "string" ? { label: value } : fields(value);
  const { label } = given("label", from.label, "label_bytes");
  if (!label) return [];
  const completed = from.completed === undefined ? true : from.completed === true;
  return [{ type: "milestone", data: { label, completed } }];
}

function readError(value: unknown): Read[] {
  const from = isObject(value) ? value : { message: value };
  const told = first(from, "message", "name") ?? from;
  const message = kept(told, "error_message_bytes");
  if (message.trim() === "") return [];
  const line = Number(first(from, "line") ?? Number.NaN);
  const data = {
    message,
    ...given("file", from.file, "filename_bytes"),
    ...(Number.isSafeInteger(line) && line >= 0 && { line }),
    ...given("stack", from.stack, "error_stack_bytes"),
    ...given(
      "recovery_strategy",
      first(from, "recovery_strategy", "recoveryStrategy"),
      "description_bytes",
    ),
  };
  return [{ type: "error", data }];
}

/**
 * Clients often send a local server's address without its scheme. This removes a login, line breaks and other controls,
 * which URL parsers drop. A cut address would be a different one, so a long one is left out.
 */
function readPreview(value: unknown): Read[] {
  const met = asText(isObject(value) ? value.url : value).trim();
  if (met.length > 2 * limits.url_bytes) return [];
  const shown = storable(met)
    .replace(/\p{Cc}/gu, "")
    .replaceAll(" ", "%20");
  const full = /^(localhost|127\.0\.0\.1)(:\d+)?(\/|$)/.test(shown) ? `http://${shown}` : shown;
  const url = full.replace(/^(https?:\/\/)[^/?#\\]*@/i, "$1");
  if (!isWebAddress(url) || !fits(url, limits.url_bytes)) return [];
  return [{ type: "preview", data: { url } }];
}
