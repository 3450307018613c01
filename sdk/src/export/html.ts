/**
 * Exports a session as one HTML file that replays it offline. The file contains the player, its style and the data, and
 * its own policy forbids it to load or send anything. The player shows all text of agents and viewers as plain text.
 */
import { type RecordedSession, titleOf } from "./recorded-session.ts";

/** The code of the page. `scripts/page-code.mjs` builds it, and `loadPageCode` loads it. */
export interface PageCode {
  script: string;
  style: string;
  /** `sha256-…` of each, in the form of a Content-Security-Policy. */
  scriptHash: string;
  styleHash: string;
}

/** Yields pieces of HTML. Joined, they are the file. */
export function* exportHtml(session: RecordedSession, code: PageCode): Generator<string> {
  const policy = [
    "default-src 'none'",
    `script-src '${code.scriptHash}'`,
    `style-src '${code.styleHash}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  yield `<!doctype html>
<!-- Made by Kulti, MIT licence. Compares lines with jsdiff by Kevin Decker, BSD-3-Clause licence, and reads terminal escapes with @ansi-tools/parser by Lars Kappert, ISC licence. -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Kulti">
<title>${escapeHtml(`${titleOf(session)} · ${session.head.agent_name}`)}</title>
<style>${code.style}</style>
</head>
<body>
<noscript>This page needs JavaScript to replay its recorded session.</noscript>
<script type="application/json" id="session">`;
  yield* dataOf(session);
  yield `</script>\n<script>${code.script}</script>\n</body>\n</html>\n`;
}

function* dataOf({ head, events, messages = [] }: RecordedSession): Generator<string> {
  // A reader of the file must not get the topic, which lets anybody listen to the session.
  yield `{"head":${json({ ...head, topic: "" })},"events":[`;
  for (const [index, event] of events.entries()) yield `${index === 0 ? "" : ","}\n${json(event)}`;
  yield `],"messages":${json(messages)}}`;
}

/** Without a `<`, nothing inside a script element can end it or start a comment. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
