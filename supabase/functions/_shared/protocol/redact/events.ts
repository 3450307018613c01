/** Redaction of events, wherever they hold text. */
import { type AgentEvent, type EventType, recordOf } from "../event.ts";
import type { Field } from "../events/record.ts";
import { isWithinLimit } from "../fit.ts";
import { isObject } from "../text.ts";
import { markSecrets } from "./redact.ts";
import { findSecrets, isNamedSecret, type Secret } from "./scan.ts";

export interface RedactedEvents<Event> {
  events: Event[];
  /** How many secrets were taken out. */
  redacted: number;
}

type Sent = Pick<AgentEvent, "type" | "data">;

/**
 * The same events with each secret replaced: the same ones each time, since a batch may be sent again. Pieces of one
 * text, such as the output of a command, are read as one. No text becomes longer than the contract allows.
 */
export function redactEvents<Event extends Sent>(events: readonly Event[]): RedactedEvents<Event> {
  const joined = findInStreams(events);
  let count = 0;
  const shown = events.map((event, index) => {
    const { data, redacted: taken, is_changed: isChanged } = redactPiece(event, joined.get(index));
    count += taken;
    return isChanged ? { ...event, data } : event;
  });
  return { events: shown, redacted: count };
}

/** A text that may go on in the next event. */
export type TextField = "content" | "text";

/** Secrets of one event's text that were found in the text it is a piece of. */
interface PieceFindings {
  field: TextField;
  secrets: Secret[];
}

/** By index of the event, for texts that came in several pieces. */
function findInStreams(events: readonly Sent[]): Map<number, PieceFindings> {
  const streams = new Map<string, number[]>();
  const add = (key: string, index: number): void => {
    const indexes = streams.get(key);
    if (indexes) indexes.push(index);
    else streams.set(key, [index]);
  };
  let commands = 0;
  for (const [index, { type, data }] of events.entries()) {
    if (type === "terminal") {
      if ("command" in data && data.command !== undefined) commands++;
      add(`terminal ${commands} ${"stream" in data ? data.stream : ""}`, index);
    } else if (type === "thought" && "stream_id" in data && data.stream_id !== undefined) {
      add(`thought ${data.stream_id}`, index);
    }
  }
  const findings = new Map<number, PieceFindings>();
  for (const indexes of streams.values()) {
    if (indexes.length > 1) findInPieces(events, indexes, findings);
  }
  return findings;
}

function findInPieces(
  events: readonly Sent[],
  indexes: readonly number[],
  findings: Map<number, PieceFindings>,
): void {
  const pieces = indexes.map((index) => pieceOf(events[index] as Sent));
  const { secrets } = findSecrets(pieces.map(({ text }) => text).join(""));
  let next = 0;
  let from = 0;
  for (const [order, { field, text }] of pieces.entries()) {
    const to = from + text.length;
    const own: Secret[] = [];
    for (let at = next; at < secrets.length; at++) {
      const { start, end, kind } = secrets[at] as Secret;
      if (start >= to) break;
      // The mark goes into the piece where the secret begins; the other pieces lose their part of it.
      const isBegun = start < from;
      own.push({
        start: Math.max(start, from) - from,
        end: Math.min(end, to) - from,
        kind: isBegun ? "" : kind,
      });
      if (end <= to) next = at + 1;
    }
    findings.set(indexes[order] as number, { field, secrets: own });
    from = to;
  }
}

const pieceOf = ({ data }: Sent): { field: TextField; text: string } =>
  "text" in data
    ? { field: "text", text: data.text ?? "" }
    : { field: "content", text: "content" in data ? (data.content ?? "") : "" };

/** A mark that could make a text too long is cut to the length of its secret. */
type Marks = "whole" | "cut";

export interface RedactedData {
  data: unknown;
  redacted: number;
  /** Also where only the rest of a secret is gone, which is counted where it begins. */
  is_changed: boolean;
}

/** One event's data. `shown`: the field that was redacted before, as a piece of a longer text. */
export const redactData = (event: Sent, shown?: TextField): RedactedData =>
  redactPiece(event, shown && { field: shown, secrets: [] });

function redactPiece({ type, data }: Sent, piece: PieceFindings | undefined): RedactedData {
  const shown = redactFields(type, data, piece, "whole");
  if (!shown.is_changed || isWithin(type, shown.data) || !isWithin(type, data)) return shown;
  return redactFields(type, data, piece, "cut");
}

function redactFields(
  type: EventType,
  data: object,
  piece: PieceFindings | undefined,
  marks: Marks,
): RedactedData {
  let count = 0;
  let isChanged = false;
  const take = (text: string, secrets: readonly Secret[]): string => {
    if (secrets.length === 0) return text;
    isChanged = true;
    count += secrets.filter(({ kind }) => kind !== "").length;
    return markSecrets(text, secrets, marks === "cut");
  };
  const walk = (value: unknown, name: string): unknown => {
    if (typeof value === "string") {
      if (name !== "" && isNamedSecret(name, value)) {
        return take(value, [{ start: 0, end: value.length, kind: "secret" }]);
      }
      return take(value, findSecrets(value).secrets);
    }
    if (Array.isArray(value)) return value.map((item) => walk(item, name));
    if (!isObject(value)) return value;
    const shown: Record<string, unknown> = Object.create(null);
    for (const [key, item] of Object.entries(value)) {
      const name = take(key, findSecrets(key).secrets);
      // Two secrets of a kind leave the same name; a number tells them apart and makes none longer than it was.
      let freeName = name;
      for (let copy = 2; Object.hasOwn(shown, freeName); copy++) {
        const number = ` ${copy}`;
        freeName = name.slice(0, Math.max(0, key.length - number.length)) + number;
      }
      shown[freeName] = walk(item, key);
    }
    return { ...shown };
  };
  const fields: [string, unknown][] = [];
  for (const [key, value] of Object.entries(data)) {
    if (key === piece?.field) fields.push([key, take(value as string, piece.secrets)]);
    else if (key === "edits") fields.push([key, (value as unknown[]).map(redactEdit)]);
    else fields.push([key, walk(value, "")]);
  }
  function redactEdit(edit: unknown): unknown {
    if (!isObject(edit)) return edit;
    return Object.fromEntries(
      Object.entries(edit).map(([key, value]) => {
        // Lines of a file make sense together: a private key has many.
        if (!Array.isArray(value) || value.length < 2) return [key, walk(value, "")];
        return [key, (walk(value.join("\n"), "") as string).split("\n")];
      }),
    );
  }
  const shown: Record<string, unknown> = Object.fromEntries(fields);
  if (type === "preview" && typeof shown.url === "string") {
    // A login has no place in an address that others open.
    const url = shown.url.replace(/^(https?:\/\/)[^/?#\s]*@/i, "$1");
    if (url !== shown.url && count === 0) count = 1;
    isChanged ||= url !== shown.url;
    shown.url = url;
  }
  return { data: shown, redacted: count, is_changed: isChanged };
}

function isWithin(type: EventType, data: unknown): boolean {
  const fields: Readonly<Record<string, Field>> = recordOf(type)?.fields ?? {};
  return Object.entries(data as object).every(([name, value]) => {
    const field = fields[name] ?? "fixed";
    return field === "fixed" || !("limit" in field) || isWithinLimit(value, field);
  });
}
