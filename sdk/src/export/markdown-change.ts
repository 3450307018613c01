/** One change of a file, in Markdown: a diff where both versions are known, else as much as is. */
import { is_hunk } from "@kulti/protocol/edits.ts";
import type { CodeEdit } from "@kulti/protocol/event.ts";
import type { StageFile } from "@kulti/protocol/stage.ts";
import { structuredPatch } from "diff";
import { code_span, fenced, shortened } from "./markdown-text.ts";

const most_lines = 200;
/** Past this a diff nobody would read isn't worth the wait. */
const diff_timeout_ms = 500;

export interface ToldChange {
  /** What was done to which file, for a heading. */
  words: string;
  /** The diff or the content; empty where the words say it all. */
  block: string;
}

export function change_in_markdown(file: StageFile): ToldChange {
  const { last_action, content, previous_content, language } = file;
  const name = code_span(file.filename);
  if (last_action === "delete") return { words: `deleted ${name}`, block: "" };
  if (last_action === "rename") {
    return { words: `renamed ${code_span(file.renamed_from ?? "")} to ${name}`, block: "" };
  }
  if (content === null) {
    return { words: `edited ${name}`, block: block(edits_as_diff(file.edits), "diff") };
  }
  const whole = block(content, language ?? language_of(file.filename));
  if (previous_content === null) return { words: `wrote ${name}`, block: whole };
  if (previous_content === content) return { words: `wrote ${name} again, unchanged`, block: "" };
  const diff = diff_of(previous_content, content);
  if (diff === null) return { words: `rewrote ${name}`, block: whole };
  const { added, removed, text } = diff;
  return { words: `edited ${name} (+${added} −${removed})`, block: block(text, "diff") };
}

const block = (text: string, language: string): string =>
  fenced(shortened(text, most_lines).text, language);

function diff_of(before: string, after: string) {
  const patch = structuredPatch("", "", before, after, "", "", {
    context: 3,
    timeout: diff_timeout_ms,
  });
  if (!patch) return null;
  const lines = patch.hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines,
  ]);
  const count = (sign: string) =>
    patch.hunks.flatMap((hunk) => hunk.lines).filter((line) => line.startsWith(sign)).length;
  return { added: count("+"), removed: count("-"), text: lines.join("\n") };
}

function edits_as_diff(edits: readonly CodeEdit[]): string {
  return edits
    .flatMap((edit) => {
      const [removed, added] = is_hunk(edit)
        ? [edit.removed, edit.added]
        : [edit.old_text.split("\n"), edit.new_text.split("\n")];
      const place = is_hunk(edit) ? `@@ -${edit.start} @@` : "@@";
      return [place, ...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
    })
    .join("\n");
}

/** The ending of a name, which most renderers know as a language. */
const language_of = (filename: string): string => /\.(\w{1,10})$/.exec(filename)?.[1] ?? "";
