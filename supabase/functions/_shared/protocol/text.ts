/** Sizes and content of text, counted as Postgres counts it: in UTF-8 bytes, without NUL and lone surrogates. */
const encoder = new TextEncoder();

export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/** Encodes only texts near the limit, because a UTF-16 unit takes one to three bytes. */
export function fits(text: string, limitBytes: number): boolean {
  if (text.length > limitBytes) return false;
  return text.length * 3 <= limitBytes || utf8Bytes(text) <= limitBytes;
}

/** The reason why Postgres can't store this text, as the end of a sentence, or null. */
export function unstorable(text: string): string | null {
  if (text.includes("\0")) return "holds a NUL character (U+0000)";
  if (!text.isWellFormed()) return "contains a lone surrogate, which is not Unicode text";
  return null;
}

const groupsOfThree = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });

/** 70112 → "70,112", in any locale. */
export const grouped = (number: number): string => groupsOfThree.format(number);

/**
 * The text without the given characters at its end. An expression such as `/[.,]+$/` would start
 * again at each of them, which takes quadratic time.
 */
export function trimEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1] as string)) end -= 1;
  return text.slice(0, end);
}

/** The text with U+FFFD in place of each NUL and each lone surrogate: Postgres stores neither. */
export const storable = (text: string): string => text.replaceAll("\0", "\uFFFD").toWellFormed();

/** Storable text of at most this size: its longest start of whole characters, and a mark if it was cut. */
export function cut(text: string, limitBytes: number, mark = "…"): string {
  const whole = storable(text);
  if (fits(whole, limitBytes)) return whole;
  return startOf(whole, limitBytes - utf8Bytes(mark)) + mark;
}

/** Storable text in pieces of at most this size; an empty text is one empty piece. */
export function pieces(text: string, limitBytes: number): string[] {
  const found: string[] = [];
  let rest = storable(text);
  while (!fits(rest, limitBytes)) {
    const piece = startOf(rest, limitBytes);
    found.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...found, rest];
}

function startOf(text: string, limitBytes: number): string {
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(limitBytes)).read);
}

/**
 * The form of a web address: no white space and no controls, which URL parsers drop silently, and no login before
 * the host, which would show a secret or a false name. SQL has the same pattern (private.is_web_address).
 */
export const webAddressPattern =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it refuses control characters.
  /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s\u0000-\u0020\u007f-\u009f/?#\\@]+([/?#\\][^\s\u0000-\u0020\u007f-\u009f]*)?$/u;

export const isWebAddress = (value: string): boolean =>
  webAddressPattern.test(value) && URL.canParse(value);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** From this length on, the engine's own search may take time in the product of both lengths. */
const shortText = 32;
const cheapTries = 8;
/** The cost of the other search, relative to the engine's. */
const dearFactor = 8;

/**
 * Like `indexOf`, in time linear in both lengths. (V8 takes 10 s to find `a…aba…a` of 60,000 characters in
 * a million `a`; this takes 10 ms.) `left` receives the cost of an expensive search beside the length of the text.
 */
export function indexOf(text: string, wanted: string, left?: { characters: number }): number {
  if (wanted.length <= shortText) return text.indexOf(wanted);
  const start = wanted.slice(0, shortText);
  let at = text.indexOf(start);
  for (let tries = 1; at >= 0; tries++) {
    if (text.startsWith(wanted, at)) return at;
    if (tries === cheapTries) {
      if (left) left.characters -= dearFactor * text.length;
      return indexByBorders(text, wanted, at + 1);
    }
    at = text.indexOf(start, at + 1);
  }
  return -1;
}

/** The algorithm of Knuth, Morris and Pratt: it never goes back in `text`. */
function indexByBorders(text: string, wanted: string, from: number): number {
  /** How long a start of `wanted` also ends its first `i + 1` characters. */
  const borders = new Int32Array(wanted.length);
  for (let i = 1, known = 0; i < wanted.length; i++) {
    const unit = wanted.charCodeAt(i);
    while (known > 0 && wanted.charCodeAt(known) !== unit) known = borders[known - 1] as number;
    if (wanted.charCodeAt(known) === unit) known += 1;
    borders[i] = known;
  }
  for (let i = from, known = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    while (known > 0 && wanted.charCodeAt(known) !== unit) known = borders[known - 1] as number;
    if (wanted.charCodeAt(known) === unit) known += 1;
    if (known === wanted.length) return i + 1 - known;
  }
  return -1;
}
