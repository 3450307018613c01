/** Sizes and content of text, counted as Postgres counts it: in UTF-8 bytes, without NUL and lone surrogates. */
const encoder = new TextEncoder();

export function utf8_bytes(text: string): number {
  return encoder.encode(text).length;
}

/** Encodes only texts near the limit: a UTF-16 unit takes one to three bytes. */
export function fits(text: string, limit_bytes: number): boolean {
  if (text.length > limit_bytes) return false;
  return text.length * 3 <= limit_bytes || utf8_bytes(text) <= limit_bytes;
}

/** Why Postgres could not keep this text, as the end of a sentence; null when it can. */
export function unstorable(text: string): string | null {
  if (text.includes("\0")) return "holds a NUL character (U+0000)";
  if (!text.isWellFormed()) return "holds a lone surrogate, which is no Unicode text";
  return null;
}

const groups_of_three = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });

/** 70112 → "70,112", whatever the machine's locale. */
export const grouped = (number: number): string => groups_of_three.format(number);

/**
 * The text without those of the given characters that stand at its end. An expression such as `/[.,]+$/` would begin
 * anew at each of them, which takes the square of their number.
 */
export function trim_end(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1] as string)) end -= 1;
  return text.slice(0, end);
}

/** NUL and lone surrogates give way to U+FFFD. */
export const storable = (text: string): string => text.replaceAll("\0", "\uFFFD").toWellFormed();

const cut_note = "… [cut]";

/** Storable text of at most this size: the longest whole-character start of it, and a note that it was cut. */
export function cut(text: string, limit_bytes: number): string {
  const whole = storable(text);
  if (fits(whole, limit_bytes)) return whole;
  return start_of(whole, limit_bytes - utf8_bytes(cut_note)) + cut_note;
}

/** Storable text in pieces of at most this size. */
export function pieces(text: string, limit_bytes: number): string[] {
  const found: string[] = [];
  let rest = storable(text);
  while (!fits(rest, limit_bytes)) {
    const piece = start_of(rest, limit_bytes);
    found.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...found, rest];
}

function start_of(text: string, limit_bytes: number): string {
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(limit_bytes)).read);
}

/**
 * The form of a web address. No white space and no controls, which URL parsers drop without a word, and no login before
 * the host, which would be a secret on show or a false name. SQL has the same pattern (private.is_web_address).
 */
export const web_address_pattern =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it refuses.
  /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s\u0000-\u0020\u007f-\u009f/?#\\@]+([/?#\\][^\s\u0000-\u0020\u007f-\u009f]*)?$/u;

export const is_web_address = (value: string): boolean =>
  web_address_pattern.test(value) && URL.canParse(value);

export const is_object = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** From this length on the engine's own search may take the product of both lengths. */
const short_text = 32;
const cheap_tries = 8;
/** How many times as long the other search takes. */
const dear_factor = 8;

/**
 * As `indexOf`, in a time that is linear in both lengths. (V8 takes 10 s to look for `a…aba…a` of 60,000 characters in
 * a million `a`; this takes 10 ms.) `left` is told what a dear search takes beside the length of the text.
 */
export function index_of(text: string, wanted: string, left?: { characters: number }): number {
  if (wanted.length <= short_text) return text.indexOf(wanted);
  const start = wanted.slice(0, short_text);
  let at = text.indexOf(start);
  for (let tries = 1; at >= 0; tries++) {
    if (text.startsWith(wanted, at)) return at;
    if (tries === cheap_tries) {
      if (left) left.characters -= dear_factor * text.length;
      return index_by_borders(text, wanted, at + 1);
    }
    at = text.indexOf(start, at + 1);
  }
  return -1;
}

/** The algorithm of Knuth, Morris and Pratt: it never goes back in `text`. */
function index_by_borders(text: string, wanted: string, from: number): number {
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
