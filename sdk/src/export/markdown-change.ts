/** One change of a file, in Markdown: a diff if both versions are known, else the known part. */

import type { CodeEdit } from "@kulti/protocol/event.ts";
import { isHunk } from "@kulti/protocol/fold/edits.ts";
import type { StageFile } from "@kulti/protocol/fold/stage.ts";
import { structuredPatch } from "diff";
import { codeSpan, fenced, shortened } from "./markdown-text.ts";

const maxLines = 200;
/** The time limit of a diff. Nobody reads a diff that takes longer. */
const diffTimeoutMs = 500;

export interface ToldChange {
  /** The action and the file, for a heading. */
  words: string;
  /** The diff or the content. Empty if the words are enough. */
  block: string;
}

export function changeInMarkdown(file: StageFile): ToldChange {
  const { last_action: lastAction, content, previous_content: previousContent, language } = file;
  const name = codeSpan(file.filename);
  if (lastAction === "delete") return { words: `deleted ${name}`, block: "" };
  if (lastAction === "rename") {
    return { words: `renamed ${codeSpan(file.renamed_from ?? "")} to ${name}`, block: "" };
  }
  if (content === null) {
    return { words: `edited ${name}`, block: block(editsAsDiff(file.edits), "diff") };
  }
  const whole = block(content, language ?? languageOf(file.filename));
  if (previousContent === null) return { words: `wrote ${name}`, block: whole };
  if (previousContent === content) return { words: `wrote ${name} again, unchanged`, block: "" };
  const diff = diffOf(previousContent, content);
  if (diff === null) return { words: `rewrote ${name}`, block: whole };
  const { added, removed, text } = diff;
  return { words: `edited ${name} (+${added} −${removed})`, block: block(text, "diff") };
}

const block = (text: string, language: string): string =>
  fenced(shortened(text, maxLines).text, language);

function diffOf(before: string, after: string) {
  const patch = structuredPatch("", "", before, after, "", "", {
    context: 3,
    timeout: diffTimeoutMs,
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

function editsAsDiff(edits: readonly CodeEdit[]): string {
  return edits
    .flatMap((edit) => {
      const [removed, added] = isHunk(edit)
        ? [edit.removed, edit.added]
        : [edit.old_text.split("\n"), edit.new_text.split("\n")];
      const place = isHunk(edit) ? `@@ -${edit.start} @@` : "@@";
      return [place, ...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
    })
    .join("\n");
}

/** The filename's extension, which most renderers accept as a language. */
const languageOf = (filename: string): string => /\.(\w{1,10})$/.exec(filename)?.[1] ?? "";
