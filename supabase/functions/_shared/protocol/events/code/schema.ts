import * as v from "valibot";
import { limits } from "../../limits.ts";
import {
  consistent,
  exact,
  label,
  lines,
  list,
  optional,
  text,
  tooLarge,
  whole,
} from "../../schema-parts.ts";
import { isObject, utf8Bytes } from "../../text.ts";
import { type CodeData, type CodeEdit, codeActions } from "./event.ts";

export const replacement = exact({
  old_text: text("code_content_bytes"),
  new_text: text("code_content_bytes"),
});

export const hunk = exact({ start: whole("line_number"), removed: lines, added: lines });

export const edit = v.lazy(
  (value): v.GenericSchema<unknown, CodeEdit> =>
    isObject(value) && "start" in value ? hunk : replacement,
);

const edits = v.pipe(
  list(edit, 1, limits.code_edits),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const bytes = utf8Bytes(JSON.stringify(dataset.value));
    if (bytes > limits.code_edits_bytes) addIssue(tooLarge(bytes, limits.code_edits_bytes));
  }),
);

export const codeSchema = v.pipe(
  exact({
    filename: label("filename_bytes"),
    language: optional(text("language_bytes")),
    action: v.picklist(codeActions),
    content: optional(text("code_content_bytes")),
    edits: optional(edits),
    old_filename: optional(label("filename_bytes")),
  }),
  consistent(misplaced),
);

/** Which of content, edits and old_filename an action takes. */
function* misplaced(data: CodeData): Generator<[keyof CodeData, string]> {
  const { action } = data;
  const has = (key: keyof CodeData): boolean => data[key] !== undefined;
  if (action === "write" && !has("content"))
    yield ["content", "is missing: a write needs the whole content"];
  if (action === "edit" && !has("content") && !has("edits")) {
    yield ["edits", "is missing: an edit needs content or edits"];
  }
  if (action === "edit" && has("content") && has("edits")) {
    yield ["edits", "is not allowed together with content: an edit takes only one of them"];
  }
  if (action === "rename" && !has("old_filename"))
    yield ["old_filename", "is missing: a rename needs it"];
  const takesContent = action === "write" || action === "edit";
  if (!takesContent && has("content")) yield ["content", `is not allowed for ${action}`];
  if (action !== "edit" && has("edits")) yield ["edits", `is not allowed for ${action}`];
  if (action !== "rename" && has("old_filename"))
    yield ["old_filename", `is not allowed for ${action}`];
}
