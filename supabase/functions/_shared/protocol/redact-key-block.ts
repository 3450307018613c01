/** Private keys: PEM, OpenSSH, PGP and SSH2, with their end and without, also where their lines are one escaped line. */
import type { Outcome, Reading } from "./redact-pattern.ts";

/** What is looked for; the dashes stand before it. */
export const key_block_anchor = "BEGIN ";

const longest_label = 48;

/** Of a key without an end. The longest keys in use, of 16,384 bits, take 12,000 characters. */
const longest_block = 32_768;

/** So many lines in a row that belong to no key end it. */
const foreign_lines = 3;

const key_characters = /[A-Za-z0-9+/=]{32}/;
const header_line = /^\s*(?:[A-Z][\w-]{1,30}: |$)/;
const short_line = /^[\s>|+]*[A-Za-z0-9+/=]{1,31}\s*$/;
const line_end = /\n|\\{1,3}n/g;

/** Takes what stands between the first line of a key and its last. */
export function match_key_block(reading: Reading, at: number): Outcome {
  const { text, is_whole } = reading;
  if (!/-{4,5} ?$/.test(text.slice(Math.max(0, at - 6), at))) return "none";
  const label_at = at + key_block_anchor.length;
  const label = /^[A-Z0-9 ]*/.exec(text.slice(label_at, label_at + longest_label))?.[0] as string;
  const label_end = label_at + label.length;
  const dashes = /^-*/.exec(text.slice(label_end, label_end + 5))?.[0] as string;
  const body_at = label_end + dashes.length;
  if (body_at === text.length && dashes.length < 5 && !is_whole) {
    reading.start = text.length;
    return "undecided";
  }
  if (!/PRIVATE KEY(?: BLOCK)? ?$/.test(label) || dashes.length < 4) return "none";
  return match_body(reading, body_at);
}

function match_body(reading: Reading, body_at: number): Outcome {
  const { text, is_whole } = reading;
  const limit = Math.min(text.length, body_at + longest_block);
  reading.start = body_at;
  let end = body_at;
  let foreign = 0;
  let has_key = false;
  let was_key = false;
  // Another key's first line has such dashes too, so that no part of a text is walked over twice.
  const dashes_at = text.indexOf("----", body_at);
  const body_to = dashes_at < 0 ? limit : Math.min(limit, dashes_at);
  const body = text.slice(body_at, body_to);
  reading.steps += body.length;
  for (let at = 0; ; ) {
    line_end.lastIndex = at;
    const found = line_end.exec(body);
    const line_to = found ? found.index : body.length;
    const line = body.slice(at, line_to);
    if (!found && body_to === dashes_at) {
      has_key ||= key_characters.test(line);
      reading.end = body_to;
      return has_key ? "match" : "none";
    }
    if (!found && body.length < longest_block && !is_whole) return "undecided";
    const is_key = key_characters.test(line);
    if (at === 0 && !is_key && line.trim() !== "") return "none";
    if (is_key || (was_key && short_line.test(line))) {
      has_key = true;
      foreign = 0;
      end = body_at + line_to;
    } else if (!header_line.test(line)) foreign++;
    was_key = is_key;
    if (foreign === foreign_lines || !found) break;
    at = found.index + found[0].length;
  }
  reading.end = end;
  return has_key ? "match" : "none";
}
