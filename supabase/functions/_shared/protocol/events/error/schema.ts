import { exact, label, optional, text, whole } from "../../schema-parts.ts";

export const errorSchema = exact({
  message: label("error_message_bytes"),
  file: optional(text("filename_bytes")),
  line: optional(whole("line_number")),
  stack: optional(text("error_stack_bytes")),
  recovery_strategy: optional(text("description_bytes")),
});
