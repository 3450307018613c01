import * as v from "valibot";
import { limits } from "../../limits.ts";
import { exact, optional, text, whole } from "../../schema-parts.ts";
import { terminalStreams } from "./event.ts";

export const terminalSchema = exact({
  command: optional(text("command_bytes")),
  stream: v.picklist(terminalStreams),
  text: text("terminal_text_bytes"),
  exit_code: optional(whole("exit_code", -limits.exit_code_below_zero)),
});
