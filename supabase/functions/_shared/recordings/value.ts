/** Safe readers for values of unknown shape, because recordings are other programs' files and their formats drift. */
import { isObject } from "../protocol/text.ts";

export type Fields = Record<string, unknown>;

export const isFields: (value: unknown) => value is Fields = isObject;

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Empty if the value is not a string. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

/** A whole number of at least 0, for token counts. */
export const countOf = (value: unknown): number => Math.max(0, Math.round(numberOf(value) ?? 0));

/** The milliseconds of an ISO time or of a number of milliseconds. Undefined for anything else. */
export function timeOf(value: unknown): number | undefined {
  const ms = typeof value === "string" ? Date.parse(value) : numberOf(value);
  return ms !== undefined && ms > 0 && ms < 253_402_300_800_000 ? ms : undefined;
}

/** The parsed JSON of a text, or undefined. */
export function jsonOf(text: unknown): unknown {
  try {
    return JSON.parse(textOf(text));
  } catch {
    return undefined;
  }
}

/** The text of a message: a string, or the joined text of its blocks, with `[image]` for each picture. */
export function joinedText(content: unknown): string {
  if (typeof content === "string") return content;
  return listOf(content)
    .map((block) => {
      if (typeof block === "string") return block;
      const { type, text } = fieldsOf(block);
      return pictureTypes.has(type) ? "[image]" : textOf(text);
    })
    .filter((text) => text !== "")
    .join("\n");
}

const pictureTypes: ReadonlySet<unknown> = new Set([
  ...["image", "image_url", "input_image", "output_image"],
]);

/** The content of a listing with line numbers, like that of `cat -n`. Null if it does not start at line 1. */
export function numberedContent(text: string): string | null {
  const rows = text.replace(/\n$/, "").split("\n");
  const lines = rows.map((row) => /^\s*(\d+)(?:→|\t)(.*)$/s.exec(row));
  const isWhole = lines.every((line, index) => Number(line?.[1]) === index + 1);
  return isWhole ? lines.map((line) => line?.[2] ?? "").join("\n") : null;
}

/** The text between the first `open` and the next `close`. */
function between(text: string, open: string, close: string): string | undefined {
  const tag = text.indexOf(open);
  const from = tag + open.length;
  const end = tag < 0 ? -1 : text.indexOf(close, from);
  return end < 0 ? undefined : text.slice(from, end);
}

/** The content of the first XML element of this name, without attributes. */
export const elementOf = (text: string, name: string): string | undefined =>
  between(text, `<${name}>`, `</${name}>`);

/** The text without all elements of this name. */
export function withoutElements(text: string, name: string): string {
  const [open, close] = [`<${name}>`, `</${name}>`];
  let kept = "";
  let from = 0;
  for (;;) {
    const start = text.indexOf(open, from);
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length);
    if (end < 0) return kept + text.slice(from);
    kept += text.slice(from, start);
    from = end + close.length;
  }
}

/** The first line that is not blank. */
export function firstLine(text: string, maxChars = 120): string {
  const line = (text.split("\n").find((candidate) => candidate.trim() !== "") ?? "").trim();
  const chars = [...line];
  return chars.length <= maxChars ? line : `${chars.slice(0, maxChars - 1).join("")}…`;
}

/** The first line of a Markdown text as a title. */
export function titleLine(text: string): string {
  const line = firstLine(text, Number.POSITIVE_INFINITY);
  return firstLine(line.replace(/^[#>*\s]+/, "") || line);
}

/** The text after the title, or the whole text if the title is a cut first line. */
export function behindTitle(text: string): string {
  const line = firstLine(text, Number.POSITIVE_INFINITY);
  if (!line.endsWith(titleLine(text))) return text;
  return text.slice(text.indexOf(line) + line.length).trim();
}

/** The start of a long text, cut at a line break, with the number of characters left out. */
export function excerpt(text: string, maxChars = 8_000): string {
  if (text.length <= maxChars) return text;
  const end = text.lastIndexOf("\n", maxChars);
  const head = text.slice(0, end > maxChars / 2 ? end : maxChars);
  return `${head}\n… ${text.length - head.length} more characters`;
}

/** The input of a tool, with a line for each field. A single field has no name. */
export function inputsInWords(input: Fields): string {
  const told = Object.entries(input)
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)])
    .filter(([, value]) => value !== undefined && value.trim() !== "");
  if (told.length === 1) return excerpt(told[0]?.[1] ?? "");
  return told.map(([name, value]) => excerpt(`${name}: ${value}`)).join("\n");
}
