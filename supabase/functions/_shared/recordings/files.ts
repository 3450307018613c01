/**
 * The known files of a run. If viewers have a file's content, its changes are the recording's exact replacements. If
 * only the recording has it (the agent read the file before), the first change carries the whole new content. Never
 * guesses: unknown content stays unknown.
 */

import type { CodeEdit } from "../protocol/event.ts";
import { applyEdits } from "../protocol/fold/edits.ts";
import { limits } from "../protocol/limits.ts";
import { trimEnd } from "../protocol/text.ts";
import type { Track } from "./track.ts";

interface KnownFile {
  /** Null if unknown or no longer known. */
  content: string | null;
  /** True if viewers have this content. */
  isShown: boolean;
}

export class Files {
  /** Filenames are relative to this folder. */
  root = "";
  readonly #track: Track;
  readonly #files = new Map<string, KnownFile>();

  constructor(track: Track) {
    this.#track = track;
  }

  name(path: string): string {
    const root = trimEnd(this.root, "/");
    const isInside = root !== "" && path.startsWith(`${root}/`);
    return isInside ? path.slice(root.length + 1) : path.replace(/^\.\//, "");
  }

  /** True if the run wrote, changed or read the file. */
  has(path: string): boolean {
    return this.#files.has(this.name(path));
  }

  content(path: string): string | null {
    return this.#files.get(this.name(path))?.content ?? null;
  }

  /** Notes the content of a file that the agent read, without an event. */
  learn(path: string, content: string) {
    const name = this.name(path);
    const known = this.#files.get(name);
    if (known?.content === content) return;
    this.#files.set(name, { content, isShown: false });
  }

  write(path: string, content: string) {
    const filename = this.name(path);
    if (filename.trim() === "") return this.#track.skip("writes a file without a name");
    this.#files.set(filename, { content, isShown: true });
    this.#track.add("code", { filename, action: "write", content });
  }

  /** Adds a change with the whole new content. */
  replace(path: string, content: string) {
    const filename = this.name(path);
    if (filename.trim() === "") return this.#track.skip("edits a file without a name");
    this.#files.set(filename, { content, isShown: true });
    this.#track.add("code", { filename, action: "edit", content });
  }

  edit(path: string, edits: CodeEdit[]) {
    const filename = this.name(path);
    if (filename.trim() === "") return this.#track.skip("edits a file without a name");
    if (edits.length === 0) return;
    const known = this.#files.get(filename);
    const edited = known?.content == null ? null : applyEdits(known.content, edits);
    const content = edited && edited.unfit.length === 0 ? edited.text : null;
    if (content !== null && !known?.isShown) return this.replace(path, content);
    const starts = known === undefined && isStart(edits) ? edits[0]?.new_text : undefined;
    this.#files.set(filename, { content: content ?? starts ?? null, isShown: true });
    for (let from = 0; from < edits.length; from += limits.code_edits) {
      const part = edits.slice(from, from + limits.code_edits);
      this.#track.add("code", { filename, action: "edit", edits: part });
    }
  }

  delete(path: string) {
    const filename = this.name(path);
    this.#files.delete(filename);
    if (filename.trim() !== "") this.#track.add("code", { filename, action: "delete" });
  }

  rename(from: string, to: string) {
    const oldFilename = this.name(from);
    const filename = this.name(to);
    if (oldFilename.trim() === "" || filename.trim() === "" || filename === oldFilename) return;
    const known = this.#files.get(oldFilename);
    this.#files.delete(oldFilename);
    if (known) this.#files.set(filename, known);
    this.#track.add("code", { filename, action: "rename", old_filename: oldFilename });
  }
}

function isStart(edits: CodeEdit[]): edits is [{ old_text: ""; new_text: string }] {
  const [first] = edits;
  return edits.length === 1 && first !== undefined && "old_text" in first && first.old_text === "";
}
