/** Prepares foreign text for a drawing: removes characters that XML can't hold, and fits lines to their width. */
import { trimEnd } from "../_shared/protocol/text.ts";

const named: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escapeMarkup = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => named[character] ?? "");

/**
 * One line of text that XML 1.0 allows: without control characters, lone surrogates and noncharacters, and without
 * direction marks, which would turn the rest of the picture.
 */
export function plainLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\s\u2028\u2029]+/gu, " ")
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]/g, "")
    .replace(/[\p{Noncharacter_Code_Point}]/gu, "")
    .trim();
}

/** Decided by the first letter that has a direction. */
export function isRightToLeft(text: string): boolean {
  const first = /\p{L}/u.exec(text)?.[0] ?? "";
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(
    first,
  );
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** Estimated width in em, rather too wide: fonts differ, and a short line does less harm than one cut off. */
function widthOf(grapheme: string): number {
  if (/^[\x20-\x7e]$/.test(grapheme)) return latinWidth(grapheme);
  if (/\p{Emoji_Presentation}|\ufe0f/u.test(grapheme)) return 1.3;
  if (
    /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/.test(
      grapheme,
    )
  )
    return 1;
  if (/[\u{20000}-\u{3fffd}]/u.test(grapheme)) return 1;
  return /\p{Lu}/u.test(grapheme) ? 0.74 : 0.62;
}

function latinWidth(character: string): number {
  if ("il.,'|!:;I ".includes(character)) return 0.33;
  if ('fjrt()[]{}-/\\"`*'.includes(character)) return 0.42;
  if ("mwMW@%".includes(character)) return 0.94;
  return /[A-Z#&+=<>~_^]/.test(character) ? 0.72 : 0.6;
}

export function textWidthEm(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

/**
 * Lines of at most `widthEm`, broken at spaces if there are any, else between characters, for scripts without spaces
 * and very long words. The last line ends with … if text is left out.
 */
export function wrap(text: string, widthEm: number, maxLines: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const piece of piecesOf(text, Math.min(12, widthEm))) {
    const width = textWidthEm(piece);
    if (used > 0 && used + textWidthEm(piece.trimEnd()) > widthEm) {
      lines.push(line.trimEnd());
      if (lines.length === maxLines) return ending(lines, widthEm);
      line = "";
      used = 0;
    }
    line += piece;
    used += width;
  }
  if (line.trim() !== "") lines.push(line.trimEnd());
  return lines;
}

/** As `wrap`, its lines of about the same length. */
export function balanced(text: string, widthEm: number, maxLines: number): string[] {
  const lines = wrap(text, widthEm, maxLines);
  if (lines.length < 2 || lines.at(-1)?.endsWith("…")) return lines;
  let [narrow, wide] = [widthEm / 2, widthEm];
  while (wide - narrow > 0.25) {
    const middle = (narrow + wide) / 2;
    const tried = wrap(text, middle, lines.length + 1);
    if (tried.length > lines.length) narrow = middle;
    else wide = middle;
  }
  return wrap(text, wide, lines.length);
}

/** Unbreakable units: words with their space, single characters of scripts that break anywhere, bits of long words. */
function* piecesOf(text: string, longestEm: number): Generator<string> {
  let piece = "";
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    const one = widthOf(segment);
    const breaksBefore = one >= 1 || width + one > longestEm;
    if (piece !== "" && (piece.endsWith(" ") || (breaksBefore && segment !== " "))) {
      yield piece;
      piece = "";
      width = 0;
    }
    piece += segment;
    width += one;
    if (one >= 1) {
      yield piece;
      piece = "";
      width = 0;
    }
  }
  if (piece !== "") yield piece;
}

function ending(lines: string[], widthEm: number): string[] {
  const whole = lines.at(-1) ?? "";
  const characters = [...graphemes.segment(whole)].map(({ segment }) => segment);
  while (textWidthEm(characters.join("")) > widthEm - 1) characters.pop();
  let last = characters.join("");
  // Not in the middle of a word, unless it is a very long one.
  const space = last.lastIndexOf(" ");
  if (last !== whole && space > last.length * 0.7) last = last.slice(0, space);
  return [...lines.slice(0, -1), `${trimEnd(last, " .,;:…")}…`];
}

/** One or two letters in place of a picture, as on the site. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s\-_.@]+/u).filter((word) => word !== "");
  return words
    .slice(0, 2)
    .map((word) => [...graphemes.segment(word)][0]?.segment.toLocaleUpperCase() ?? "")
    .join("");
}
