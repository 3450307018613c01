import * as v from "valibot";
import { exact, label, optional, text } from "../../schema-parts.ts";
import { priorities, thoughtTypes } from "./event.ts";
import { metadata } from "./schema-metadata.ts";

export const thoughtSchema = exact({
  thought_type: v.picklist(thoughtTypes),
  content: text("thought_content_bytes"),
  priority: optional(v.picklist(priorities)),
  metadata: optional(metadata),
  stream_id: optional(label("stream_id_bytes")),
  done: optional(v.boolean()),
});
