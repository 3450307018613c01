/** Private keys: PEM, OpenSSH, PGP and SSH2, with their end and without, also where their lines are one escaped line. */
import type { Outcome, Reading } from "./pattern.ts";

/** The searched text, which follows the dashes. */
export const keyBlockAnchor = "BEGIN ";

const longestLabel = 48;

/** Of a key without an end. The longest keys in use, of 16,384 bits, take 12,000 characters. */
const longestBlock = 32_768;

/** So many lines in a row that belong to no key end it. */
const foreignLines = 3;

const keyCharacters = /[A-Za-z0-9+/=]{32}/;
const headerLine = /^\s*(?:[A-Z][\w-]{1,30}: |$)/;
const shortLine = /^[\s>|+]*[A-Za-z0-9+/=]{1,31}\s*$/;
const lineEnd = /\n|\\{1,3}n/g;

/** Takes the text between the first line of a key and its last. */
export function matchKeyBlock(reading: Reading, at: number): Outcome {
  const { text, isWhole } = reading;
  if (!/-{4,5} ?$/.test(text.slice(Math.max(0, at - 6), at))) return "none";
  const labelAt = at + keyBlockAnchor.length;
  const label = /^[A-Z0-9 ]*/.exec(text.slice(labelAt, labelAt + longestLabel))?.[0] as string;
  const labelEnd = labelAt + label.length;
  const dashes = /^-*/.exec(text.slice(labelEnd, labelEnd + 5))?.[0] as string;
  const bodyAt = labelEnd + dashes.length;
  if (bodyAt === text.length && dashes.length < 5 && !isWhole) {
    reading.start = text.length;
    return "undecided";
  }
  if (!/PRIVATE KEY(?: BLOCK)? ?$/.test(label) || dashes.length < 4) return "none";
  return matchBody(reading, bodyAt);
}

function matchBody(reading: Reading, bodyAt: number): Outcome {
  const { text, isWhole } = reading;
  const limit = Math.min(text.length, bodyAt + longestBlock);
  reading.start = bodyAt;
  let end = bodyAt;
  let foreign = 0;
  let hasKey = false;
  let wasKey = false;
  // Another key's first line has such dashes too, so that no part of a text is walked over twice.
  const dashesAt = text.indexOf("----", bodyAt);
  const bodyTo = dashesAt < 0 ? limit : Math.min(limit, dashesAt);
  const body = text.slice(bodyAt, bodyTo);
  reading.steps += body.length;
  for (let at = 0; ; ) {
    lineEnd.lastIndex = at;
    const found = lineEnd.exec(body);
    const lineTo = found ? found.index : body.length;
    const line = body.slice(at, lineTo);
    if (!found && bodyTo === dashesAt) {
      hasKey ||= keyCharacters.test(line);
      reading.end = bodyTo;
      return hasKey ? "match" : "none";
    }
    if (!found && body.length < longestBlock && !isWhole) return "undecided";
    const isKey = keyCharacters.test(line);
    if (at === 0 && !isKey && line.trim() !== "") return "none";
    if (isKey || (wasKey && shortLine.test(line))) {
      hasKey = true;
      foreign = 0;
      end = bodyAt + lineTo;
    } else if (!headerLine.test(line)) foreign++;
    wasKey = isKey;
    if (foreign === foreignLines || !found) break;
    at = found.index + found[0].length;
  }
  reading.end = end;
  return hasKey ? "match" : "none";
}
