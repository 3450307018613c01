import { exact, label, optional, text } from "../../schema-parts.ts";

export const taskSchema = exact({
  title: label("title_bytes"),
  description: optional(text("description_bytes")),
});
