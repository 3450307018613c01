/**
 * A session as NDJSON, to keep and to read in again: the first line says what it is, then one line for each event,
 * then one for each message of the chat.
 *
 *     {"format":"kulti-session","version":1,"session":{"session_id":"…","agent_id":"…", … the fields of Head}}
 *     {"seq":1,"id":"…","type":"status","at":"2026-11-22T10:00:00.000Z","data":{"status":"live"}}
 *     {"message":{"seq":1,"id":"…","sender":"viewer","name":"Ada","text":"Why?","at":"…"}}
 *
 * Lines of other shapes are for later versions: a reader leaves them out. `import/ndjson.ts` reads it back.
 */
import type { Head } from "@kulti/protocol/wire.ts";
import { json_line } from "../printable.ts";
import type { RecordedSession } from "./session.ts";

export const session_format = "kulti-session";
export const session_format_version = 1;

export interface SessionLine {
  format: typeof session_format;
  version: number;
  session: Head;
}

/** Yields whole lines, each with its line break. */
export function* export_ndjson({
  head,
  events,
  messages = [],
}: RecordedSession): Generator<string> {
  const first: SessionLine = {
    format: session_format,
    version: session_format_version,
    session: head,
  };
  yield json_line(first);
  for (const event of events) yield json_line(event);
  for (const message of messages) yield json_line({ message });
}
