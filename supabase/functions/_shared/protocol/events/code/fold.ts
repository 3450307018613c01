import type { CodeData, CodeEdit, EventOf } from "../../event.ts";
import { applyEdits, startsFile } from "../../fold/edits.ts";
import { List } from "../../fold/list.ts";
import type { Stage, StageFile } from "../../fold/stage.ts";

/** The result of a change; the rest of StageFile is bookkeeping. */
interface Change {
  content: string | null;
  previous_content: string | null;
  edits?: readonly CodeEdit[];
  patches?: List<CodeEdit>;
}

export function foldCode(stage: Stage, event: EventOf<"code">, at: string): Partial<Stage> {
  const { data } = event;
  const source = data.action === "rename" ? (data.old_filename ?? data.filename) : data.filename;
  const before = stage.files.get(source);
  const renamed = source !== data.filename;
  const change = changeOf(before, data);
  const file: StageFile = {
    filename: data.filename,
    language: data.language ?? before?.language ?? null,
    content: change.content,
    previous_content: change.previous_content,
    edits: change.edits ?? [],
    patches: change.patches ?? List.empty,
    last_action: data.action,
    deleted: data.action === "delete",
    renamed_from: renamed ? source : (before?.renamed_from ?? null),
    version: (before?.version ?? 0) + 1,
    seq: event.seq,
    at,
  };
  const files = renamed
    ? stage.files.rename(source, data.filename, file)
    : stage.files.set(data.filename, file);
  return { files, active_file: data.filename };
}

function changeOf(before: StageFile | undefined, data: CodeData): Change {
  const known = before?.content ?? null;
  // The last content of a deleted file, because a later edit is based on it.
  const buried = before?.deleted ? before.previous_content : known;
  switch (data.action) {
    case "write":
      return { content: data.content ?? null, previous_content: known };
    case "delete":
      return { content: null, previous_content: buried };
    case "rename":
      return {
        content: buried,
        previous_content: buried,
        ...(before && { patches: before.patches }),
      };
    case "edit":
      return data.edits === undefined
        ? { content: data.content ?? null, previous_content: known }
        : edited(buried, before?.patches ?? List.empty, data.edits);
  }
}

function edited(base: string | null, patches: List<CodeEdit>, edits: readonly CodeEdit[]): Change {
  const empty = base === null && startsFile(edits[0]);
  if (base === null && !empty) {
    return { content: null, previous_content: null, edits, patches: List.concat(patches, edits) };
  }
  const { text, unfit } = applyEdits(base ?? "", edits);
  const left = empty ? List.empty : patches;
  return { content: text, previous_content: base, edits, patches: List.concat(left, unfit) };
}
