/**
 * Every function that passes over foreign text, with texts of the kinds that make loops begin anew. The expressions
 * inside have a test of their own; this one is about the loops around them.
 */
import { expect, test } from "vitest";
import { parseFilter, parseLogic } from "../../local/src/data-api/filter-grammar.ts";
import { parseColumns, parseOrder, parseSelect } from "../../local/src/data-api/grammar.ts";
import { acceptedMediaType } from "../../local/src/data-api/media-type.ts";
import { parsePreferences } from "../../local/src/data-api/preferences.ts";
import { decode } from "../../local/src/realtime/serializer.ts";
import { createRedaction } from "../../sdk/src/agent/redaction.ts";
import { createThoughtStream } from "../../sdk/src/agent/thought-stream.ts";
import { exportAsciicast } from "../../sdk/src/export/asciicast.ts";
import { exportMarkdown } from "../../sdk/src/export/markdown.ts";
import { codeSpan, escapeText, escapeTitle, fenced } from "../../sdk/src/export/markdown-text.ts";
import { markerOf } from "../../sdk/src/export/marker.ts";
import { createTint } from "../../sdk/src/export/offline/tint.ts";
import { TerminalScreen } from "../../sdk/src/export/terminal-screen.ts";
import { diffRows, linesOf } from "../../sdk/src/player/lines.ts";
import { parsePlaybackRequest, parseTime } from "../../sdk/src/player/playback-request.ts";
import { beginningOf as typed } from "../../sdk/src/player/typing.ts";
import { programmeOf } from "../../site/src/lobby/programme.ts";
import { linesOf as hitLines } from "../../site/src/search/hit.ts";
import { beginningText } from "../../site/src/search/notice.ts";
import { beginningOf, parseSearchForm, queryOf } from "../../site/src/search/search-form.ts";
import { inOrder } from "../../site/src/text/bidi.ts";
import { initialsOf } from "../../site/src/text/initials.ts";
import { findLinks } from "../../site/src/text/links.ts";
import { splitPath } from "../../site/src/text/paths.ts";
import { richText } from "../../site/src/text/rich-text.ts";
import { endsLine, entryBytes } from "../../site/src/text/terminal-text.ts";
import { toolLine } from "../../site/src/text/tool-line.ts";
import { fitData } from "../../supabase/functions/_shared/protocol/fit.ts";
import { applyEdits } from "../../supabase/functions/_shared/protocol/fold/edits.ts";
import { emptyStage, fold } from "../../supabase/functions/_shared/protocol/fold/fold.ts";
import { parseLegacy } from "../../supabase/functions/_shared/protocol/legacy/legacy.ts";
import { parseIngest } from "../../supabase/functions/_shared/protocol/schema.ts";
import { cut, grouped, pieces, trimEnd } from "../../supabase/functions/_shared/protocol/text.ts";
import {
  findPatch,
  parsePatch,
} from "../../supabase/functions/_shared/recordings/codex/apply-patch.ts";
import { readRecording } from "../../supabase/functions/_shared/recordings/index.ts";
import { heredocOf, shellWords } from "../../supabase/functions/_shared/recordings/shell.ts";
import {
  failureOf,
  hasFailed,
  readEdit,
} from "../../supabase/functions/_shared/recordings/swe-agent/edit.ts";
import { issueIn } from "../../supabase/functions/_shared/recordings/swe-agent/problem.ts";
import { findWindow } from "../../supabase/functions/_shared/recordings/swe-agent/window.ts";
import {
  createTokenReader,
  withoutEscapes,
} from "../../supabase/functions/_shared/recordings/terminal-tokens.ts";
import {
  behindTitle,
  excerpt,
  numberedContent,
  titleLine,
} from "../../supabase/functions/_shared/recordings/value.ts";
import { parseOembedQuery } from "../../supabase/functions/share/oembed-query.ts";
import { balanced, initialsOf as letters, plainLine } from "../../supabase/functions/share/text.ts";
import { type Bounds, faultOf } from "./growth.ts";
import type { Hostile } from "./hostile.ts";

const bounds: Bounds = {
  steps: [
    { length: 1_000, limitMs: 150 },
    { length: 4_000, limitMs: 300 },
  ],
  long: 100_000,
  longLimitMs: 3_000,
  tellingMs: 200,
  slowest: 3,
};

const units = [
  ..."()[]`*\n \t.a_-\"'\\<{0,|\r:#$é",
  ...["\u001b", "\u001b]", "\u001b[", "\u001b[31m", "\u001b[9C", "\u001b[A\n", "\u0301", "\u200d"],
  ...[
    "😀",
    "\u202e",
    "http://x",
    "http://x)",
    "**",
    "**a",
    "```\n",
    "```js\n",
    "`a",
    "ab\n",
    "a\n",
  ],
  ...["\n\n", "&#1;", "a,", "a.b.", "not.", "and(", "%", '"a', "$1\n", "a\r\n", "@@ -1 +1 @@\n"],
  ...[
    "*** Update File: a\n",
    "<task>",
    "</task>",
    "ERRORS:\n",
    "INSTRUCTIONS:\n",
    "1:a\n",
    "end_of_edit",
  ],
  ...[
    "--a=",
    "'a'",
    "<<EOF\n",
    "(Open file: ",
    "<bash>",
    "<command-name>",
    "1\ta\n",
    "klt_",
    "Bearer ",
  ],
];
/** Beginnings of what hostile units go on with. */
const heads = ["", "http://x", "\u001b]"];
const more: [head: string, unit: string][] = [
  ["```\n", "a\n"],
  ["`", "a"],
  ["*** Begin Patch\n*** Update File: a\n", "@@\n"],
  ["[File: a (1 lines total)]\n", "1:a\n"],
  ["[File: a (1 lines total)]\n", "(1 more lines above)\n"],
  ["ERRORS:\n", "- a\n"],
  ["<task>", "<issue>"],
  ["<bash>", "```bash\n"],
  ["<command-name>", "<bash-input>"],
];

const texts: Hostile[] = [
  ...heads.flatMap((head) => units.map((unit) => ({ head, unit, tail: "" }))),
  ...units.map((unit) => ({ head: "", unit, tail: "\u0001" })),
  ...more.map(([head, unit]) => ({ head, unit, tail: "" })),
];

const seq = 1;
const at = "2026-11-22T10:00:00.000Z";
const stored = (type: string, data: unknown) => ({ seq, id: "a", type, at, data }) as never;
const session = (...events: never[]) =>
  ({
    head: { agent_name: "a", agent_id: "a", session_id: "a", task: null, started_at: at },
    events,
    messages: [],
  }) as never;
const drain = (found: Iterable<unknown>) => {
  for (const _ of found);
};
/** Refusing is an answer too; without the stacks of thousands of exceptions, which are no work of ours. */
const attempt = (work: () => unknown) => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    work();
  } catch {
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

const functions: Record<string, (text: string) => unknown> = {
  "protocol cut, pieces": (text) => [cut(text, 1_000), pieces(text, 64), trimEnd(text, ".)")],
  "protocol grouped": (text) => grouped(text.length),
  "protocol apply_edits, text": (text) =>
    applyEdits(text, [{ old_text: `${text}a`, new_text: text }]),
  "protocol apply_edits, lines": (text) => {
    const lines = text.split("\n");
    return applyEdits(text, [{ start: 5, removed: [...lines.slice(0, 500), "a"], added: lines }]);
  },
  "protocol fold, thought": (text) =>
    fold(emptyStage, stored("thought", { thought_type: "general", content: text })),
  "protocol parse_ingest": (text) =>
    attempt(() =>
      parseIngest({
        agent_id: "my-agent",
        events: [
          { type: text, data: text },
          { type: "preview", data: { url: text } },
        ],
      }),
    ),
  "protocol parse_legacy": (text) =>
    attempt(() =>
      parseLegacy({
        agent_id: "my-agent",
        thought: text,
        thinking: `${text}.`,
        terminal: text.split("\n"),
        code: { filename: "a", action: "edit", content: `--- a\n${text}` },
        diff: { filename: "b", hunks: [{ start: 1, removed: text, added: text }] },
        preview: text,
        status: text,
        error: text,
      }),
    ),
  "protocol parse_legacy, its agent": (text) =>
    attempt(() => parseLegacy({ agent_id: text, thought: "a" })),
  "share text": (text) => [plainLine(text), letters(text)],
  "share lines": (text) => balanced(text, 20, 3),
  "share parse_oembed_query": (text) =>
    attempt(() => parseOembedQuery(new URLSearchParams({ url: text, maxwidth: text }))),
  "protocol fitData": (text) =>
    fitData("thought", { thought_type: "general", content: text }, (part) => part),
  "sdk thought stream": (text) => {
    const stream = createThoughtStream(createRedaction(true).stream(), () => {});
    stream.write(text);
    stream.end();
  },
  "recordings withoutEscapes": withoutEscapes,
  "recordings token reader, in pieces": (text) => {
    const read = createTokenReader();
    for (const piece of pieces(text, 64)) read(piece);
  },
  "sdk TerminalScreen": (text) => {
    const screen = new TerminalScreen();
    screen.write(text);
    screen.writeCommand("$ ", text);
    return screen.text();
  },
  "sdk escapeText": escapeText,
  "sdk escapeTitle": escapeTitle,
  "sdk codeSpan, fenced": (text) => [codeSpan(text), fenced(text, text)],
  "sdk markerOf": (text) => markerOf(stored("error", { message: text })),
  "sdk exportMarkdown": (text) =>
    drain(
      exportMarkdown(
        session(
          stored("thought", { thought_type: "general", content: text }),
          stored("terminal", { stream: "stdout", text, command: text }),
          stored("code", { filename: text, action: "write", content: text }),
        ),
      ),
    ),
  "sdk exportAsciicast": (text) =>
    drain(exportAsciicast(session(stored("terminal", { stream: "stdout", text, command: text })))),
  "sdk offline tint": (text) => {
    for (const name of ["a.py", "a.sql", "a.ts"]) text.split("\n").map(createTint(name));
    return createTint(text);
  },
  "recordings parsePatch": (text) => [findPatch(text), parsePatch(text)],
  "recordings shell": (text) => [
    shellWords(text),
    heredocOf(`cat > a <<EOF\n${text}`),
    heredocOf(text),
  ],
  "recordings SWE-agent": (text) => [
    readEdit(`edit 1:2\n${text}`, null),
    readEdit(`str_replace_editor ${text}`, null),
    hasFailed(text),
    failureOf(text),
    issueIn(text),
    findWindow(text),
  ],
  "recordings texts": (text) => [
    numberedContent(text),
    titleLine(text),
    behindTitle(text),
    excerpt(text),
  ],
  "recordings readRecording": (text) => attempt(() => readRecording(text)),
  "recordings readRecording, Claude Code": (text) =>
    attempt(() =>
      readRecording(
        `${JSON.stringify({ type: "user", sessionId: "a", message: { role: "user", content: text } })}\n`,
      ),
    ),
  "recordings readRecording, mini-SWE-agent": (text) =>
    attempt(() =>
      readRecording(
        JSON.stringify({
          trajectory_format: "mini-swe-agent-1",
          info: {},
          messages: [
            { role: "user", content: text },
            { role: "assistant", content: text },
            { role: "user", content: text },
          ],
        }),
      ),
    ),
  "site find_links": findLinks,
  "site rich_text": richText,
  "site tool_line": (text) =>
    toolLine({ thought_type: "tool", content: text, metadata: { tool: "a" } } as never),
  "site terminal": (text) => [
    entryBytes({ command: text, stream: "input", text, exit_code: 1 } as never, true),
    endsLine(text),
  ],
  "player diffRows": (text) => diffRows(linesOf(text), linesOf(`a\n${text}\n${text}`)),
  "site names": (text) => [inOrder(text), initialsOf(text), splitPath(text), typed(text, 500)],
  "player address": (text) => [
    parseTime(text),
    parsePlaybackRequest({ search: `?t=${text}`, hash: text }),
  ],
  "site search": (text) => {
    const form = { ...parseSearchForm(`?q=${text}`), text };
    return [queryOf(form, new Date()), beginningOf({ query: text }), beginningText(text)];
  },
  "site hit": (text) => hitLines({ type: "code", line: 1, snippet: [text, text] } as never),
  "site programme_of": (text) => programmeOf([], text, 0),
  "local grammar": (text) => {
    for (const parse of [parseSelect, parseOrder, (one: string) => parseColumns(one, "a")]) {
      attempt(() => parse(text));
    }
    attempt(() => parseFilter({ name: "a", path: [] } as never, `eq.${text}`));
    attempt(() => parseFilter({ name: "a", path: [] } as never, `in.(${text}`));
    attempt(() => parseLogic("AND", false, `(${text}`));
  },
  "local headers": (text) => {
    attempt(() => acceptedMediaType(text));
    attempt(() => parsePreferences(text));
  },
  "local decode": (text) => attempt(() => decode("2.0.0" as never, Buffer.from(text), false)),
};

test.each(Object.entries(functions))(
  "%s is linear in hostile text",
  (name, call) => {
    expect(faultOf(name, call, texts, bounds)).toBeUndefined();
  },
  120_000,
);
