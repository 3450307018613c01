/** The patch language of Codex's `applyPatch`: files added, deleted, moved, and updated by lines with their context. */
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

/** The patch inside a text, such as a shell command with a here-document; null when there is none. */
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

/** Tells each file's change; returns the paths whose change can't be placed without their content. */
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
 * Each chunk by its place in the file: behind its anchor, and behind the chunk before it; without old lines at the
 * file's end. Null when one is not found.
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

/** Where the lines stand, to the letter or else but for the space around them; -1 when they don't. */
function findLines(lines: readonly string[], wanted: readonly string[], from: number): number {
  for (const form of [(line: string) => line, (line: string) => line.trim()]) {
    for (let at = from; at + wanted.length <= lines.length; at++) {
      if (wanted.every((line, index) => form(line) === form(lines[at + index] ?? ""))) return at;
    }
  }
  return -1;
}

/** The blank line that ends a patch is context of no chunk. */
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

/** Lines that are only added stand behind their anchor; without one their place is not told. */
function editOf({ anchor, oldLines, newLines }: PatchChunk): TextReplacement[] {
  if (oldLines.length > 0) {
    // A removed line takes its line end along, unless it may be the file's last.
    const tail = newLines.length === 0 ? "\n" : "";
    return [{ old_text: oldLines.join("\n") + tail, new_text: newLines.join("\n") }];
  }
  if (anchor === "") return [];
  return [{ old_text: `${anchor}\n`, new_text: `${anchor}\n${newLines.join("\n")}\n` }];
}
