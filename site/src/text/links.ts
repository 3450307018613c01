/** Finds web addresses in untrusted text. Only http and https become links. */
export type TextPart = { kind: "text"; text: string } | { kind: "link"; text: string; url: string };

const address = /https?:\/\/[^\s<>"'`\\^{|}\p{Cc}\p{Cf}]+/giu;
/** Characters that belong to the sentence around an address. */
const sentenceEnd = new Set(".,;:!?…)]*_");

/** Each link is an element, and a text may contain 20,000 addresses. */
const maxParts = 400;

/** Beyond some hundred parts the rest of the text stays as it is. */
export function findLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    if (parts.length >= maxParts) break;
    const found = trimSentence(match[0]);
    const url = safeUrl(found);
    if (!url) continue;
    if (match.index > from) parts.push({ kind: "text", text: text.slice(from, match.index) });
    parts.push({ kind: "link", text: found, url });
    from = match.index + found.length;
  }
  if (from < text.length) parts.push({ kind: "text", text: text.slice(from) });
  return parts;
}

/** The address as a browser would open it; null if it is not http or https, or contains a login. */
export function safeUrl(value: string): string | null {
  if (!URL.canParse(value)) return null;
  const url = new URL(value);
  const isWeb = url.protocol === "http:" || url.protocol === "https:";
  return isWeb && !url.username && !url.password ? url.href : null;
}

/** A closing bracket stays when it was opened inside: `…/Stage_(theatre)`. Scans the address at most twice. */
function trimSentence(found: string): string {
  /** How many more of each bracket are open than closed. */
  const open = { round: 0, square: 0 };
  for (const sign of found) countBracket(open, sign, 1);
  let length = found.length;
  for (; length > 0; length--) {
    const end = found[length - 1] as string;
    if (!sentenceEnd.has(end)) break;
    if ((end === ")" && open.round >= 0) || (end === "]" && open.square >= 0)) break;
    countBracket(open, end, -1);
  }
  return found.slice(0, length);
}

function countBracket(open: { round: number; square: number }, sign: string, step: 1 | -1): void {
  if (sign === "(") open.round += step;
  else if (sign === ")") open.round -= step;
  else if (sign === "[") open.square += step;
  else if (sign === "]") open.square -= step;
}

/** For every link in untrusted text. */
export const untrustedRel = "noopener noreferrer nofollow ugc";
