/** Text as the contract wants it: well-formed, free of NUL, within sizes that are counted in UTF-8 bytes. */
import { fits } from "@kulti/protocol/text.ts";

/** NUL becomes its picture (␀) and a lone surrogate U+FFFD: Postgres stores neither. */
export function clean_text(text: string): string {
  return text.replaceAll("\0", "\u2400").toWellFormed();
}

/** The greatest `end` such that `text.slice(start, end)` fits `max_bytes` and splits no code point. */
function fitting_end(text: string, start: number, max_bytes: number): number {
  let bytes = 0;
  let index = start;
  while (index < text.length) {
    const point = text.codePointAt(index) as number;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > max_bytes) break;
    index += point < 0x10000 ? 1 : 2;
  }
  return index;
}

/** Cuts well-formed text into pieces of at most `max_bytes` (≥ 4); an empty text is one empty piece. */
export function split_text(text: string, max_bytes: number): string[] {
  if (text.length * 3 <= max_bytes) return [text];
  const pieces: string[] = [];
  let start = 0;
  do {
    const end = fitting_end(text, start, max_bytes);
    pieces.push(text.slice(start, end));
    start = end;
  } while (start < text.length);
  return pieces;
}

/** The text itself, or its start and "…" when it is longer than `max_bytes` (≥ 3). */
export function clip_text(text: string, max_bytes: number): string {
  if (fits(text, max_bytes)) return text;
  return `${text.slice(0, fitting_end(text, 0, max_bytes - 3))}…`;
}

/** What an agent hands over as text is taken as it comes: a value that is no string is shown, not refused. */
export function to_text(value: unknown): string {
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
