/** The patch format of Codex's `apply_patch`: it adds, deletes, moves and updates files, with context lines. */
import type { DiffHunk, TextReplacement } from "../../protocol/event.ts";
import type { Files } from "../files.ts";

export type FilePatch =
  | { action: "add"; path: string; content: string }
  | { action: "delete"; path: string }
  | { action: "update"; path: string; moveTo: string | null; chunks: PatchChunk[] };

export interface PatchChunk {
  /** The text after `@@`: a line before the change. */
  anchor: string;
  oldLines: string[];
  newLines: string[];
}

/** Finds the patch in a text, such as a shell command with a here-document. Null without a patch. */
export function findPatch(text: string): string | null {
  const start = text.indexOf("*** Begin Patch");
  if (start < 0) return null;
  const end = text.indexOf("*** End Patch", start);
  return text.slice(start, end < 0 ? undefined : end);
}

export function parsePatch(patch: string): FilePatch[] {
  const files: FilePatch[] = [];
  let current: FilePatch | undefined;
  for (const line of patch.replaceAll("\r\n", "\n").split("\n")) {
    const head = /^\*\*\* (Add File|Delete File|Update File|Move to): (.+)$/.exec(line);
    const path = head?.[2]?.trim() ?? "";
    if (head?.[1] === "Move to") {
      if (current?.action === "update") current.moveTo = path;
      continue;
    }
    if (head) {
      current = startFile(head[1] as string, path);
      files.push(current);
      continue;
    }
    if (line.startsWith("***")) continue;
    if (current?.action === "add" && line.startsWith("+")) current.content += `${line.slice(1)}\n`;
    if (current?.action === "update") readUpdateLine(current.chunks, line);
  }
  return files;
}

function startFile(head: string, path: string): FilePatch {
  if (head === "Add File") return { action: "add", path, content: "" };
  if (head === "Delete File") return { action: "delete", path };
  return { action: "update", path, moveTo: null, chunks: [] };
}

function readUpdateLine(chunks: PatchChunk[], line: string): void {
  if (line.startsWith("@@")) {
    chunks.push({ anchor: line.slice(2).trim(), oldLines: [], newLines: [] });
    return;
  }
  if (chunks.length === 0) {
    if (line === "") return;
    chunks.push({ anchor: "", oldLines: [], newLines: [] });
  }
  const chunk = chunks.at(-1) as PatchChunk;
  const sign = line[0] ?? " ";
  const text = line.slice(1);
  if (sign !== "+") chunk.oldLines.push(text);
  if (sign !== "-") chunk.newLines.push(text);
}

/** Adds each file's change. Returns the paths with changes that have no place without the file's content. */
export function applyPatch(patch: string, files: Files): string[] {
  const unplaced: string[] = [];
  for (const change of parsePatch(patch)) {
    if (change.action === "add") files.write(change.path, change.content);
    else if (change.action === "delete") files.delete(change.path);
    else {
      if (change.moveTo) files.rename(change.path, change.moveTo);
      const path = change.moveTo ?? change.path;
      const known = files.content(path);
      const placed = known === null ? null : placeChunks(known, change.chunks);
      if (placed) {
        files.edit(path, placed);
        continue;
      }
      const chunks = change.chunks.map(trimmed).filter(changesSomething);
      const edits = chunks.flatMap(editOf);
      if (edits.length < chunks.length) unplaced.push(path);
      files.edit(path, edits);
    }
  }
  return unplaced;
}

/**
 * Finds the place of each chunk in the file, after its anchor and after the previous chunk. A chunk without old lines
 * goes to the end of the file. Null if a chunk is not found.
 */
function placeChunks(content: string, chunks: PatchChunk[]): DiffHunk[] | null {
  const lines = content.replace(/\n$/, "").split("\n");
  const hunks: DiffHunk[] = [];
  let from = 0;
  for (const chunk of chunks) {
    if (chunk.anchor !== "") {
      const anchorAt = findLines(lines, [chunk.anchor], from);
      if (anchorAt < 0) return null;
      from = anchorAt + 1;
    }
    let { oldLines, newLines } = chunk;
    let at = oldLines.length === 0 ? lines.length : findLines(lines, oldLines, from);
    if (at < 0) {
      ({ oldLines, newLines } = trimmed(chunk));
      at = findLines(lines, oldLines, from);
    }
    if (at < 0) return null;
    from = at + oldLines.length;
    const removed = lines.slice(at, from);
    if (changesSomething(chunk)) hunks.push({ start: at + 1, removed, added: newLines });
  }
  return hunks;
}

/** The index of the lines, compared exactly, or else without the white space around them. -1 if they do not occur. */
function findLines(lines: readonly string[], wanted: readonly string[], from: number): number {
  for (const form of [(line: string) => line, (line: string) => line.trim()]) {
    for (let at = from; at + wanted.length <= lines.length; at++) {
      if (wanted.every((line, index) => form(line) === form(lines[at + index] ?? ""))) return at;
    }
  }
  return -1;
}

/** Removes the blank line at the end of a patch, which is not context. */
function trimmed(chunk: PatchChunk): PatchChunk {
  const isBlank = chunk.oldLines.at(-1) === "" && chunk.newLines.at(-1) === "";
  if (!isBlank) return chunk;
  return {
    ...chunk,
    oldLines: chunk.oldLines.slice(0, -1),
    newLines: chunk.newLines.slice(0, -1),
  };
}

const changesSomething = ({ oldLines, newLines }: PatchChunk): boolean =>
  oldLines.join("\n") !== newLines.join("\n");

/** A chunk that only adds lines goes after its anchor. Without an anchor its place is unknown. */
function editOf({ anchor, oldLines, newLines }: PatchChunk): TextReplacement[] {
  if (oldLines.length > 0) {
    // The old text includes the line break, so that a removed line leaves no empty line.
    const tail = newLines.length === 0 ? "\n" : "";
    return [{ old_text: oldLines.join("\n") + tail, new_text: newLines.join("\n") }];
  }
  if (anchor === "") return [];
  return [{ old_text: `${anchor}\n`, new_text: `${anchor}\n${newLines.join("\n")}\n` }];
}
