import { type EventRecord, sized } from "../record.ts";

export const codeActions = ["write", "edit", "delete", "rename"] as const;
export type CodeAction = (typeof codeActions)[number];

/** Replaces the first occurrence of `old_text`; an empty `old_text` means an empty file. */
export interface TextReplacement {
  old_text: string;
  new_text: string;
}

/** Replaces the `removed` lines with the `added` lines at line `start`, counted from 1 in the file before the edit. */
export interface DiffHunk {
  start: number;
  removed: string[];
  added: string[];
}

export type CodeEdit = TextReplacement | DiffHunk;

export interface CodeData {
  filename: string;
  language?: string;
  action: CodeAction;
  /** The whole new content. Required for `write`. */
  content?: string;
  /** Applied in order to the previous content. An `edit` has either `content` or `edits`. */
  edits?: CodeEdit[];
  /** The name before a `rename`; required for a rename and not allowed otherwise. */
  old_filename?: string;
}

export const code: EventRecord<CodeData> = {
  kind: "code",
  search_label: "Code",
  title: ({ filename }) => filename,
  fields: {
    filename: sized("filename_bytes", "drop"),
    old_filename: sized("filename_bytes", "drop"),
    language: sized("language_bytes", "leave_out"),
    action: "fixed",
    content: sized("code_content_bytes", "drop"),
    edits: sized("code_edits_bytes", "drop"),
  },
};
