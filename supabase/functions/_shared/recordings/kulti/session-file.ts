/** Reads a file from `exportNdjson` of `kulti/export`: the session's facts, its events with `seq`, and its chat. */
import type { StoredEvent } from "../../protocol/event.ts";
import { check } from "../../protocol/schema-issue.ts";
import { headSchema, messageSchema } from "../../protocol/schema-reply.ts";
import type { Head, Message } from "../../protocol/wire.ts";
import { type JsonLine, readJsonLines } from "../json-lines.ts";
import type { Skipped } from "../recording.ts";
import type { Fields } from "../value.ts";
import { readEvent } from "./event-line.ts";
import { sessionFormat, sessionFormatVersion } from "./session-format.ts";

export interface ImportedSession {
  head: Head;
  events: StoredEvent[];
  messages: Message[];
  skipped: Skipped[];
}

/**
 * Leaves out unreadable lines, such as events of a later version, and lists them in `skipped`.
 * @throws {Error} If the text is not an exported session, or has a later version of the format.
 */
export function readSessionFile(text: string): ImportedSession {
  const { lines, skipped } = readJsonLines(text.replace(/^\ufeff/, ""));
  const [first, ...rest] = lines;
  if (!first || !isSessionLine(first.value)) {
    throw new Error(
      `Cannot read the session: its first line is not a header with format "${sessionFormat}".`,
    );
  }
  const { version, session } = first.value;
  if (version !== sessionFormatVersion) {
    throw new Error(
      `Cannot read the session: its format has version ${version}, this is version ${sessionFormatVersion}.`,
    );
  }
  const { value: head, issues } = check(headSchema, session);
  if (issues) {
    throw new Error(`Cannot read the session: session.${issues[0]?.path} ${issues[0]?.message}.`);
  }
  const read: ImportedSession = { head: head as Head, events: [], messages: [], skipped };
  for (const line of rest) readLine(line, read);
  return read;
}

function readLine({ number, value }: JsonLine, into: ImportedSession): void {
  const skip = (why: string) => into.skipped.push({ where: `line ${number}`, why });
  if (value.message !== undefined && value.type === undefined) {
    const { value: message, issues } = check(messageSchema, value.message);
    if (issues) skip(`message.${issues[0]?.path} ${issues[0]?.message}`);
    else into.messages.push(message as Message);
    return;
  }
  const event = readEvent(value);
  const { seq } = value;
  if (typeof event === "string") skip(event);
  else if (event.id === undefined || event.at === undefined) skip("has no id or no time");
  else if (!Number.isSafeInteger(seq)) skip("has no seq");
  else into.events.push({ seq, ...event } as StoredEvent);
}

/** True for the header line of an exported session. */
const isSessionLine = (value: Fields): boolean => value.format === sessionFormat;

/** True for a line of an exported session that is not an event: its header or a chat message. */
export const isBesideEvents = (value: Fields): boolean =>
  value.type === undefined && (isSessionLine(value) || value.message !== undefined);

/** The event lines of an exported session, or all lines of any other text. */
export const eventLines = (lines: JsonLine[]): JsonLine[] =>
  lines[0] && isSessionLine(lines[0].value)
    ? lines.slice(1).filter(({ value }) => value.type !== undefined)
    : lines;
