/**
 * Deepest nesting of a body's JSON. A body of brackets alone nests two million levels in its four megabytes, and
 * JSON.stringify of Deno 2.1 meets the end of its stack at some thousands. What an event may nest is for the
 * validator, which tells the path.
 */
export const json_depth_limit = 500;

const quote = 0x22;
const backslash = 0x5c;

/** Counts open brackets outside strings. It reads the text, since a walk through the value would take the stack too. */
export function nests_deeper_than(json: string, limit: number): boolean {
  let depth = 0;
  let in_string = false;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (in_string) {
      if (unit === backslash) at++;
      else if (unit === quote) in_string = false;
    } else if (unit === quote) in_string = true;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > limit) return true;
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  return false;
}
