/** Text as the contract wants it: well-formed, free of NUL, within sizes that are counted in UTF-8 bytes. */
import { fits } from "@kulti/protocol/text.ts";

/** NUL becomes its picture (␀) and a lone surrogate U+FFFD: Postgres stores neither. */
export function cleanText(text: string): string {
  return text.replaceAll("\0", "\u2400").toWellFormed();
}

/** The greatest `end` such that `text.slice(start, end)` fits `maxBytes` and splits no code point. */
function fittingEnd(text: string, start: number, maxBytes: number): number {
  let bytes = 0;
  let index = start;
  while (index < text.length) {
    const point = text.codePointAt(index) as number;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > maxBytes) break;
    index += point < 0x10000 ? 1 : 2;
  }
  return index;
}

/** Cuts well-formed text into pieces of at most `maxBytes` (≥ 4); an empty text is one empty piece. */
export function splitText(text: string, maxBytes: number): string[] {
  if (text.length * 3 <= maxBytes) return [text];
  const pieces: string[] = [];
  let start = 0;
  do {
    const end = fittingEnd(text, start, maxBytes);
    pieces.push(text.slice(start, end));
    start = end;
  } while (start < text.length);
  return pieces;
}

/** The text itself, or its start and "…" when it is longer than `maxBytes` (≥ 3). */
export function clipText(text: string, maxBytes: number): string {
  if (fits(text, maxBytes)) return text;
  return `${text.slice(0, fittingEnd(text, 0, maxBytes - 3))}…`;
}

/** What an agent hands over as text is taken as it comes: a value that is no string is shown, not refused. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  if (value instanceof Error) return value.message;
  if (typeof value !== "object") return String(value);
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return String(value);
  }
}
