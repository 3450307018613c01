/** SWE-agent's editing commands, old and new, as changes of files. */
import type { CodeEdit } from "../../protocol/event.ts";
import { shellWords } from "../shell.ts";
import type { FileWindow } from "./window.ts";

export type SweEdit =
  | { kind: "create"; path: string; content: string }
  /** `path` is null for the open file. `edits` is null if only the next window shows the change. */
  | { kind: "edit"; path: string | null; edits: CodeEdit[] | null; replacesAll?: boolean }
  | { kind: "insert"; path: string | null; lines: string[]; afterLine: number | null }
  | { kind: "undo"; path: string };

/** `window` is the last one of the open file: an edit by line numbers needs its lines. Null if `action` is no edit. */
export function readEdit(action: string, window: FileWindow | null): SweEdit | null {
  const block = /^edit(?: (\d+):(\d+))?[ \t]*\n([\s\S]*?)end_of_edit\s*$/.exec(action.trim());
  if (block) return lineEdit(block, window);
  if (!/^(create|edit|insert|str_replace_editor)\s/.test(action)) return null;
  const words = shellWords(action.trim());
  if (!words) return null;
  const [program, first = "", second = "", third] = words;
  if (program === "create" && first !== "") return { kind: "create", path: first, content: "" };
  if (program === "edit" && words.length >= 3) {
    const edits = [{ old_text: first, new_text: second }];
    return { kind: "edit", path: null, edits, replacesAll: third?.toLowerCase() === "true" };
  }
  if (program === "insert") {
    const afterLine = /^\d+$/.test(second) ? Number(second) : null;
    return { kind: "insert", path: null, lines: first.split("\n"), afterLine };
  }
  return program === "str_replace_editor" ? editorEdit(words.slice(1)) : null;
}

/** The line numbers come from the command, or else from the cursors of the window. */
function lineEdit(found: RegExpExecArray, window: FileWindow | null): SweEdit {
  const start = Number(found[1] ?? window?.cursors?.start);
  const end = Number(found[2] ?? window?.cursors?.end);
  const text = found[3] ?? "";
  const from = window ? start - window.firstLine : -1;
  const isSeen = window !== null && from >= 0 && from + (end - start) < window.lines.length;
  if (!isSeen) return { kind: "edit", path: null, edits: null };
  const removed = window.lines.slice(from, from + end - start + 1);
  const added = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  return { kind: "edit", path: null, edits: [{ start, removed, added }] };
}

/** Reads `str_replace_editor <command> <path> --flag value …`. */
function editorEdit(words: string[]): SweEdit | null {
  const [command, path = "", ...rest] = words;
  const flags = new Map<string, string>();
  for (let index = 0; index < rest.length; index++) {
    const flag = /^--(\w+)(?:=([\s\S]*))?$/.exec(rest[index] as string);
    if (!flag) continue;
    flags.set(flag[1] as string, flag[2] ?? rest[++index] ?? "");
  }
  if (path === "") return null;
  if (command === "create") return { kind: "create", path, content: flags.get("file_text") ?? "" };
  if (command === "str_replace") {
    const oldText = flags.get("old_str") ?? "";
    return {
      kind: "edit",
      path,
      edits: [{ old_text: oldText, new_text: flags.get("new_str") ?? "" }],
    };
  }
  if (command === "insert") {
    const lines = (flags.get("new_str") ?? "").split("\n");
    return { kind: "insert", path, lines, afterLine: Number(flags.get("insert_line") ?? 0) };
  }
  return command === "undo_edit" ? { kind: "undo", path } : null;
}

/** True if the editor reports that it changed nothing. */
export function hasFailed(observation: string): boolean {
  const text = observation.trimStart();
  return (
    /^(Your proposed edit has introduced new syntax error|Your (edit was )?(changes have )?not (been )?applied|No replacement was performed|Error\b|Invalid\b|Usage:|Ran into|ERROR:|No file open|The path .* (does not exist|is not)|File already exists|Text .* not found)/i.test(
      text,
    ) ||
    text.includes("This is how your edit would have looked if applied") ||
    text.includes("Your edit was not applied") ||
    text.includes("Your changes have NOT been applied")
  );
}

/** The editor's error message, without the windows after it. */
export function failureOf(observation: string): string {
  const text = observation.replaceAll("\r\n", "\n");
  const head = /ERRORS:\s*\n/.exec(text);
  const below = head ? text.slice(head.index + head[0].length) : "";
  const end = below.search(/\n(?:This is how|\s*\n)/);
  const found =
    (end < 0 ? "" : below.slice(0, end).trim()) || (/^(?:- .*\n?)+/.exec(below)?.[0] ?? "");
  return (found.trim() || (text.split("\n[File:")[0] ?? "").trim() || "The edit was not applied.")
    .replace(/^- /gm, "")
    .slice(0, 2_000);
}
