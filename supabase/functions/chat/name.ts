import { KultiError } from "../_shared/protocol/errors.ts";

/** Control characters, line breaks and direction marks: with them a name could fake a line of chat. */
const disguising = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** The name without the space around it. */
export function plainName(name: string): string {
  const trimmed = name.trim();
  if (!disguising.test(trimmed)) return trimmed;
  const message = "contains a control character or a line break";
  throw new KultiError("invalid_request", `Cannot post the message: name ${message}.`, {
    issues: [{ path: "name", message }],
  });
}
