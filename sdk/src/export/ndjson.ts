/**
 * Exports a session as NDJSON, to keep and to read back: a header line, then one line for each event, then one line
 * for each message of the chat.
 *
 *     {"format":"kulti-session","version":1,"session":{"session_id":"…","agent_id":"…", … the fields of Head}}
 *     {"seq":1,"id":"…","type":"status","at":"2026-11-22T10:00:00.000Z","data":{"status":"live"}}
 *     {"message":{"seq":1,"id":"…","sender":"viewer","name":"Ada","text":"Why?","at":"…"}}
 *
 * Later versions may add lines of other shapes, so readers skip lines that they do not know. `kulti/session-file.ts` of
 * the recordings reads the file back.
 */
import type { Head } from "@kulti/protocol/wire.ts";
import { sessionFormat, sessionFormatVersion } from "@kulti/recordings/kulti/session-format.ts";
import { jsonLine } from "./json-line.ts";
import type { RecordedSession } from "./recorded-session.ts";

export interface SessionLine {
  format: typeof sessionFormat;
  version: number;
  session: Head;
}

/** Yields whole lines, each with its line break. */
export function* exportNdjson({ head, events, messages = [] }: RecordedSession): Generator<string> {
  const first: SessionLine = {
    format: sessionFormat,
    version: sessionFormatVersion,
    session: head,
  };
  yield jsonLine(first);
  for (const event of events) yield jsonLine(event);
  for (const message of messages) yield jsonLine({ message });
}
