/**
 * Every function that passes over foreign text, with texts of the kinds that make loops begin anew. The expressions
 * inside have a test of their own; this one is about the loops around them.
 */
import { expect, test } from "vitest";
import { parse_filter, parse_logic } from "../../local/src/data-api/filter-grammar.ts";
import { parse_columns, parse_order, parse_select } from "../../local/src/data-api/grammar.ts";
import { accepted_media_type } from "../../local/src/data-api/media-type.ts";
import { parse_preferences } from "../../local/src/data-api/preferences.ts";
import { decode } from "../../local/src/realtime/serializer.ts";
import { export_asciicast } from "../../sdk/src/export/asciicast.ts";
import { export_markdown } from "../../sdk/src/export/markdown.ts";
import {
  code_span,
  escape_text,
  escape_title,
  fenced,
} from "../../sdk/src/export/markdown-text.ts";
import { marker_of } from "../../sdk/src/export/marker.ts";
import { changed_lines } from "../../sdk/src/export/offline/changes.ts";
import { create_tint } from "../../sdk/src/export/offline/tint.ts";
import { TerminalScreen } from "../../sdk/src/export/terminal-screen.ts";
import { fit_data } from "../../sdk/src/fit.ts";
import { find_patch, parse_patch } from "../../sdk/src/import/apply-patch.ts";
import { read_recording } from "../../sdk/src/import/index.ts";
import { heredoc_of, shell_words } from "../../sdk/src/import/shell.ts";
import { failure_of, has_failed, read_edit } from "../../sdk/src/import/swe-edit.ts";
import { issue_in } from "../../sdk/src/import/swe-problem.ts";
import { find_window } from "../../sdk/src/import/swe-window.ts";
import { behind_title, excerpt, numbered_content, title_line } from "../../sdk/src/import/value.ts";
import { create_redaction } from "../../sdk/src/redaction.ts";
import { create_token_reader, without_escapes } from "../../sdk/src/terminal-tokens.ts";
import { clean_text, clip_text, split_text } from "../../sdk/src/text.ts";
import { create_thought_stream } from "../../sdk/src/thought-stream.ts";
import { programme_of } from "../../site/src/lobby/programme.ts";
import { parse_wish as parse_place, parse_time } from "../../site/src/player/address.ts";
import { in_order } from "../../site/src/player/bidi.ts";
import { initials_of } from "../../site/src/player/initials.ts";
import { diff_rows, lines_of } from "../../site/src/player/lines.ts";
import { find_links } from "../../site/src/player/links.ts";
import { split_path } from "../../site/src/player/paths.ts";
import { rich_text } from "../../site/src/player/rich-text.ts";
import { ends_line, entry_bytes } from "../../site/src/player/terminal-text.ts";
import { tool_line } from "../../site/src/player/tool-line.ts";
import { beginning_of as typed } from "../../site/src/player/typing.ts";
import { lines_of as hit_lines } from "../../site/src/search/dress.ts";
import { beginning_text } from "../../site/src/search/notice.ts";
import { beginning_of, parse_wish, query_of } from "../../site/src/search/wish.ts";
import { apply_edits } from "../../supabase/functions/_shared/protocol/edits.ts";
import { empty_stage, fold } from "../../supabase/functions/_shared/protocol/fold.ts";
import { parse_legacy } from "../../supabase/functions/_shared/protocol/legacy.ts";
import { parse_ingest } from "../../supabase/functions/_shared/protocol/schema.ts";
import { cut, grouped, pieces, trim_end } from "../../supabase/functions/_shared/protocol/text.ts";
import { parse_oembed_query } from "../../supabase/functions/share/oembed-query.ts";
import {
  balanced,
  initials_of as letters,
  plain_line,
} from "../../supabase/functions/share/text.ts";
import { type Bounds, fault_of } from "./growth.ts";
import type { Hostile } from "./hostile.ts";

const bounds: Bounds = {
  steps: [
    { length: 1_000, limit_ms: 150 },
    { length: 4_000, limit_ms: 300 },
  ],
  long: 100_000,
  long_limit_ms: 3_000,
  telling_ms: 200,
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
  "protocol cut, pieces": (text) => [cut(text, 1_000), pieces(text, 64), trim_end(text, ".)")],
  "protocol grouped": (text) => grouped(text.length),
  "protocol apply_edits, text": (text) =>
    apply_edits(text, [{ old_text: `${text}a`, new_text: text }]),
  "protocol apply_edits, lines": (text) => {
    const lines = text.split("\n");
    return apply_edits(text, [{ start: 5, removed: [...lines.slice(0, 500), "a"], added: lines }]);
  },
  "protocol fold, thought": (text) =>
    fold(empty_stage, stored("thought", { thought_type: "general", content: text })),
  "protocol parse_ingest": (text) =>
    attempt(() =>
      parse_ingest({
        agent_id: "my-agent",
        events: [
          { type: text, data: text },
          { type: "preview", data: { url: text } },
        ],
      }),
    ),
  "protocol parse_legacy": (text) =>
    attempt(() =>
      parse_legacy({
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
    attempt(() => parse_legacy({ agent_id: text, thought: "a" })),
  "share text": (text) => [plain_line(text), letters(text)],
  "share lines": (text) => balanced(text, 20, 3),
  "share parse_oembed_query": (text) =>
    attempt(() => parse_oembed_query(new URLSearchParams({ url: text, maxwidth: text }))),
  "sdk text": (text) => [clean_text(text), split_text(text, 64), clip_text(text, 1_000)],
  "sdk fit_data": (text) =>
    fit_data("thought", { thought_type: "general", content: text }, (part) => part),
  "sdk thought stream": (text) => {
    const stream = create_thought_stream(create_redaction(true).stream(), () => {});
    stream.write(text);
    stream.end();
  },
  "sdk without_escapes": without_escapes,
  "sdk token reader, in pieces": (text) => {
    const read = create_token_reader();
    for (const piece of split_text(text, 64)) read(piece);
  },
  "sdk TerminalScreen": (text) => {
    const screen = new TerminalScreen();
    screen.write(text);
    screen.write_command("$ ", text);
    return screen.text();
  },
  "sdk escape_text": escape_text,
  "sdk escape_title": escape_title,
  "sdk code_span, fenced": (text) => [code_span(text), fenced(text, text)],
  "sdk marker_of": (text) => marker_of(stored("error", { message: text })),
  "sdk export_markdown": (text) =>
    drain(
      export_markdown(
        session(
          stored("thought", { thought_type: "general", content: text }),
          stored("terminal", { stream: "stdout", text, command: text }),
          stored("code", { filename: text, action: "write", content: text }),
        ),
      ),
    ),
  "sdk export_asciicast": (text) =>
    drain(export_asciicast(session(stored("terminal", { stream: "stdout", text, command: text })))),
  "sdk offline changed_lines": (text) => changed_lines(text, `a${text}b`),
  "sdk offline tint": (text) => {
    for (const name of ["a.py", "a.sql", "a.ts"]) text.split("\n").map(create_tint(name));
    return create_tint(text);
  },
  "sdk parse_patch": (text) => [find_patch(text), parse_patch(text)],
  "sdk shell": (text) => [
    shell_words(text),
    heredoc_of(`cat > a <<EOF\n${text}`),
    heredoc_of(text),
  ],
  "sdk swe": (text) => [
    read_edit(`edit 1:2\n${text}`, null),
    read_edit(`str_replace_editor ${text}`, null),
    has_failed(text),
    failure_of(text),
    issue_in(text),
    find_window(text),
  ],
  "sdk texts of recordings": (text) => [
    numbered_content(text),
    title_line(text),
    behind_title(text),
    excerpt(text),
  ],
  "sdk read_recording": (text) => attempt(() => read_recording(text)),
  "sdk read_recording, Claude Code": (text) =>
    attempt(() =>
      read_recording(
        `${JSON.stringify({ type: "user", sessionId: "a", message: { role: "user", content: text } })}\n`,
      ),
    ),
  "sdk read_recording, mini-SWE-agent": (text) =>
    attempt(() =>
      read_recording(
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
  "site find_links": find_links,
  "site rich_text": rich_text,
  "site tool_line": (text) =>
    tool_line({ thought_type: "tool", content: text, metadata: { tool: "a" } } as never),
  "site terminal": (text) => [
    entry_bytes({ command: text, stream: "input", text, exit_code: 1 } as never, true),
    ends_line(text),
  ],
  "site diff_rows": (text) => diff_rows(lines_of(text), lines_of(`a\n${text}\n${text}`)),
  "site names": (text) => [in_order(text), initials_of(text), split_path(text), typed(text, 500)],
  "site address": (text) => [parse_time(text), parse_place({ search: `?t=${text}`, hash: text })],
  "site search": (text) => {
    const wish = { ...parse_wish(`?q=${text}`), text };
    return [query_of(wish, new Date()), beginning_of({ query: text }), beginning_text(text)];
  },
  "site hit": (text) => hit_lines({ type: "code", line: 1, snippet: [text, text] } as never),
  "site programme_of": (text) => programme_of([], text, 0),
  "local grammar": (text) => {
    for (const parse of [parse_select, parse_order, (one: string) => parse_columns(one, "a")]) {
      attempt(() => parse(text));
    }
    attempt(() => parse_filter({ name: "a", path: [] } as never, `eq.${text}`));
    attempt(() => parse_filter({ name: "a", path: [] } as never, `in.(${text}`));
    attempt(() => parse_logic("AND", false, `(${text}`));
  },
  "local headers": (text) => {
    attempt(() => accepted_media_type(text));
    attempt(() => parse_preferences(text));
  },
  "local decode": (text) => attempt(() => decode("2.0.0" as never, Buffer.from(text), false)),
};

test.each(Object.entries(functions))(
  "%s is linear in hostile text",
  (name, call) => {
    expect(fault_of(name, call, texts, bounds)).toBeUndefined();
  },
  120_000,
);
