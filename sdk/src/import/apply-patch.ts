/** The patch language of Codex's `apply_patch`: files added, deleted, moved, and updated by lines with their context. */
import type { DiffHunk, TextReplacement } from "@kulti/protocol/event.ts";
import type { Files } from "./files.ts";

export type FilePatch =
  | { action: "add"; path: string; content: string }
  | { action: "delete"; path: string }
  | { action: "update"; path: string; move_to: string | null; chunks: PatchChunk[] };

export interface PatchChunk {
  /** The text after `@@`: a line before the change. */
  anchor: string;
  old_lines: string[];
  new_lines: string[];
}

/** The patch inside a text, such as a shell command with a here-document; null when there is none. */
export function find_patch(text: string): string | null {
  const start = text.indexOf("*** Begin Patch");
  if (start < 0) return null;
  const end = text.indexOf("*** End Patch", start);
  return text.slice(start, end < 0 ? undefined : end);
}

export function parse_patch(patch: string): FilePatch[] {
  const files: FilePatch[] = [];
  let current: FilePatch | undefined;
  for (const line of patch.replaceAll("\r\n", "\n").split("\n")) {
    const head = /^\*\*\* (Add File|Delete File|Update File|Move to): (.+)$/.exec(line);
    const path = head?.[2]?.trim() ?? "";
    if (head?.[1] === "Move to") {
      if (current?.action === "update") current.move_to = path;
      continue;
    }
    if (head) {
      current = start_file(head[1] as string, path);
      files.push(current);
      continue;
    }
    if (line.startsWith("***")) continue;
    if (current?.action === "add" && line.startsWith("+")) current.content += `${line.slice(1)}\n`;
    if (current?.action === "update") read_update_line(current.chunks, line);
  }
  return files;
}

function start_file(head: string, path: string): FilePatch {
  if (head === "Add File") return { action: "add", path, content: "" };
  if (head === "Delete File") return { action: "delete", path };
  return { action: "update", path, move_to: null, chunks: [] };
}

function read_update_line(chunks: PatchChunk[], line: string): void {
  if (line.startsWith("@@")) {
    chunks.push({ anchor: line.slice(2).trim(), old_lines: [], new_lines: [] });
    return;
  }
  if (chunks.length === 0) {
    if (line === "") return;
    chunks.push({ anchor: "", old_lines: [], new_lines: [] });
  }
  const chunk = chunks.at(-1) as PatchChunk;
  const sign = line[0] ?? " ";
  const text = line.slice(1);
  if (sign !== "+") chunk.old_lines.push(text);
  if (sign !== "-") chunk.new_lines.push(text);
}

/** Tells each file's change; returns the paths whose change can't be placed without their content. */
export function apply_patch(patch: string, files: Files): string[] {
  const unplaced: string[] = [];
  for (const change of parse_patch(patch)) {
    if (change.action === "add") files.write(change.path, change.content);
    else if (change.action === "delete") files.delete(change.path);
    else {
      if (change.move_to) files.rename(change.path, change.move_to);
      const path = change.move_to ?? change.path;
      const known = files.content(path);
      const placed = known === null ? null : place_chunks(known, change.chunks);
      if (placed) {
        files.edit(path, placed);
        continue;
      }
      const chunks = change.chunks.map(trimmed).filter(changes_something);
      const edits = chunks.flatMap(edit_of);
      if (edits.length < chunks.length) unplaced.push(path);
      files.edit(path, edits);
    }
  }
  return unplaced;
}

/**
 * Each chunk by its place in the file: behind its anchor, and behind the chunk before it; without old lines at the
 * file's end. Null when one is not found.
 */
function place_chunks(content: string, chunks: PatchChunk[]): DiffHunk[] | null {
  const lines = content.replace(/\n$/, "").split("\n");
  const hunks: DiffHunk[] = [];
  let from = 0;
  for (const chunk of chunks) {
    if (chunk.anchor !== "") {
      const anchor_at = find_lines(lines, [chunk.anchor], from);
      if (anchor_at < 0) return null;
      from = anchor_at + 1;
    }
    let { old_lines, new_lines } = chunk;
    let at = old_lines.length === 0 ? lines.length : find_lines(lines, old_lines, from);
    if (at < 0) {
      ({ old_lines, new_lines } = trimmed(chunk));
      at = find_lines(lines, old_lines, from);
    }
    if (at < 0) return null;
    from = at + old_lines.length;
    const removed = lines.slice(at, from);
    if (changes_something(chunk)) hunks.push({ start: at + 1, removed, added: new_lines });
  }
  return hunks;
}

/** Where the lines stand, to the letter or else but for the space around them; -1 when they don't. */
function find_lines(lines: readonly string[], wanted: readonly string[], from: number): number {
  for (const form of [(line: string) => line, (line: string) => line.trim()]) {
    for (let at = from; at + wanted.length <= lines.length; at++) {
      if (wanted.every((line, index) => form(line) === form(lines[at + index] ?? ""))) return at;
    }
  }
  return -1;
}

/** The blank line that ends a patch is context of no chunk. */
function trimmed(chunk: PatchChunk): PatchChunk {
  const is_blank = chunk.old_lines.at(-1) === "" && chunk.new_lines.at(-1) === "";
  if (!is_blank) return chunk;
  return {
    ...chunk,
    old_lines: chunk.old_lines.slice(0, -1),
    new_lines: chunk.new_lines.slice(0, -1),
  };
}

const changes_something = ({ old_lines, new_lines }: PatchChunk): boolean =>
  old_lines.join("\n") !== new_lines.join("\n");

/** Lines that are only added stand behind their anchor; without one their place is not told. */
function edit_of({ anchor, old_lines, new_lines }: PatchChunk): TextReplacement[] {
  if (old_lines.length > 0) {
    // A removed line takes its line end along, unless it may be the file's last.
    const tail = new_lines.length === 0 ? "\n" : "";
    return [{ old_text: old_lines.join("\n") + tail, new_text: new_lines.join("\n") }];
  }
  if (anchor === "") return [];
  return [{ old_text: `${anchor}\n`, new_text: `${anchor}\n${new_lines.join("\n")}\n` }];
}
