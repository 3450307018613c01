import type { CodeData, CodeEdit } from "../event.ts";
import { limits } from "../limits.ts";
import { storable, utf8Bytes } from "../text.ts";
import { all, asText, type Fields, fields, first, given, kept, latest } from "./read.ts";

/**
 * `code` and `diff` of one body. The hooks send an edit twice: as `diff`, and in `code` with a listing of its removed
 * and added lines in place of the content. This reads such a listing as the edit that it shows, and drops it when
 * the body has the diff of that file. A `code` with real content replaces the diff.
 */
export function readCode(body: Fields): CodeData[] {
  const codes = latest(body.code).map(fields).map(fromCode);
  const diffs = latest(body.diff).map(fields).map(fromDiff);
  const names = (list: (CodeData | null)[]) => new Set(list.map((data) => data?.filename));
  const whole = names(codes.filter((data) => data && data.edits === undefined));
  const told = names(diffs.filter((data) => data && !whole.has(data.filename)));
  return [
    ...codes.filter((data) => data?.edits === undefined || !told.has(data.filename)),
    ...diffs.filter((data) => data && !whole.has(data.filename)),
  ].filter((data) => data !== null);
}

function fromCode(code: Fields): CodeData | null {
  const base = named(code);
  const oldFilename = given(
    "old_filename",
    first(code, "old_filename", "oldFilename"),
    "filename_bytes",
  );
  switch (first(code, "action")) {
    case "delete":
      return { ...base, action: "delete" };
    case "rename":
      if (oldFilename.old_filename) return { ...base, action: "rename", ...oldFilename };
      break;
    case "edit": {
      if (first(code, "content") === undefined) return null;
      const edit = listedEdit(asText(code.content, limits.code_content_bytes), base.filename);
      if (edit) return { ...base, action: "edit", edits: [edit] };
      return { ...base, action: "edit", content: kept(code.content, "code_content_bytes") };
    }
  }
  return { ...base, action: "write", content: kept(code.content, "code_content_bytes") };
}

function fromDiff(diff: Fields): CodeData | null {
  const edits = fitting(all(diff.hunks));
  return edits.length === 0 ? null : { ...named(diff), action: "edit", edits };
}

/** The hooks don't count lines and set `start` to 0: their hunk replaces exact text, not whole lines. */
function fromHunk(hunk: Fields): CodeEdit | null {
  const removed = toLines(hunk.removed);
  const added = toLines(hunk.added);
  if (removed.length === 0 && added.length === 0) return null;
  const start = Number(hunk.start);
  if (Number.isSafeInteger(start) && start > 0) return { start, removed, added };
  return { old_text: removed.join("\n"), new_text: added.join("\n") };
}

/** The end of a listing that was cut between a line's sign and its text. */
const cutLine = /^[-+]?\.\.\. \(truncated\)$/;

/** `--- name`, then `- ` and `+ ` lines: the hooks send this instead of an edited file's content. */
function listedEdit(content: string, filename: string): CodeEdit | null {
  const [head, ...rest] = storable(content).split("\n");
  if (head !== `--- ${filename}`) return null;
  const last = rest.at(-1) ?? "";
  const listed = last === "" || cutLine.test(last) ? rest.slice(0, -1) : rest;
  const oldLines = listed.filter((line) => line.startsWith("- "));
  const newLines = listed.filter((line) => line.startsWith("+ "));
  if (listed.length === 0 || oldLines.length + newLines.length !== listed.length) return null;
  const text = (lines: string[]) => lines.map((line) => line.slice(2)).join("\n");
  return { old_text: text(oldLines), new_text: text(newLines) };
}

function named(from: Fields): Pick<CodeData, "filename" | "language"> {
  const filename = kept(first(from, "filename", "file", "path"), "filename_bytes");
  return {
    filename: filename.trim() === "" ? "unknown" : filename,
    ...given("language", from.language, "language_bytes"),
  };
}

function toLines(value: unknown): string[] {
  if (typeof value === "string") return storable(value).split("\n");
  return all(value).map((line) => storable(asText(line)));
}

/** The edits of the first hunks, at most as many as one event takes. */
function fitting(hunks: unknown[]): CodeEdit[] {
  const edits: CodeEdit[] = [];
  let left = limits.code_edits_bytes - 2;
  for (const hunk of hunks.slice(0, 2 * limits.code_edits)) {
    const edit = fromHunk(fields(hunk));
    if (edit === null) continue;
    left -= utf8Bytes(JSON.stringify(edit)) + 1;
    if (left < 0) break;
    edits.push(edit);
    if (edits.length === limits.code_edits) break;
  }
  return edits;
}
