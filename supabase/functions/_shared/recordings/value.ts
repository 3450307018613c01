/** Careful looks into values of unknown shape: recordings are other programs' files, and their formats drift. */
import { isObject } from "../protocol/text.ts";

export type Fields = Record<string, unknown>;

export const isFields: (value: unknown) => value is Fields = isObject;

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Empty when it is no text. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

/** A whole number from 0, for token counts. */
export const countOf = (value: unknown): number => Math.max(0, Math.round(numberOf(value) ?? 0));

/** Milliseconds of an ISO time or of a number of milliseconds; undefined for anything else. */
export function timeOf(value: unknown): number | undefined {
  const ms = typeof value === "string" ? Date.parse(value) : numberOf(value);
  return ms !== undefined && ms > 0 && ms < 253_402_300_800_000 ? ms : undefined;
}

/** The JSON in a text, or undefined. */
export function jsonOf(text: unknown): unknown {
  try {
    return JSON.parse(textOf(text));
  } catch {
    return undefined;
  }
}

/** The text of a message: a string, or blocks of which those with text count; a picture is only named. */
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

/** The content in an answer that numbers each line, as `cat -n` does; null when it does not show the file from its start. */
export function numberedContent(text: string): string | null {
  const rows = text.replace(/\n$/, "").split("\n");
  const lines = rows.map((row) => /^\s*(\d+)(?:→|\t)(.*)$/s.exec(row));
  const isWhole = lines.every((line, index) => Number(line?.[1]) === index + 1);
  return isWhole ? lines.map((line) => line?.[2] ?? "").join("\n") : null;
}

/** What stands between the first `open` and the `close` behind it. */
function between(text: string, open: string, close: string): string | undefined {
  const tag = text.indexOf(open);
  const from = tag + open.length;
  const end = tag < 0 ? -1 : text.indexOf(close, from);
  return end < 0 ? undefined : text.slice(from, end);
}

/** As an XML element, without attributes. */
export const elementOf = (text: string, name: string): string | undefined =>
  between(text, `<${name}>`, `</${name}>`);

/** The text without the elements of this name. */
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

/** The first line with something in it. */
export function firstLine(text: string, maxChars = 120): string {
  const line = (text.split("\n").find((candidate) => candidate.trim() !== "") ?? "").trim();
  const chars = [...line];
  return chars.length <= maxChars ? line : `${chars.slice(0, maxChars - 1).join("")}…`;
}

/** The first line of a Markdown text, as a title. */
export function titleLine(text: string): string {
  const line = firstLine(text, Number.POSITIVE_INFINITY);
  return firstLine(line.replace(/^[#>*\s]+/, "") || line);
}

/** What stands behind the title; all of the text where its first line is longer than that. */
export function behindTitle(text: string): string {
  const line = firstLine(text, Number.POSITIVE_INFINITY);
  if (!line.endsWith(titleLine(text))) return text;
  return text.slice(text.indexOf(line) + line.length).trim();
}

/** The start of a long text, cut at a line, with what is left out said. */
export function excerpt(text: string, maxChars = 8_000): string {
  if (text.length <= maxChars) return text;
  const end = text.lastIndexOf("\n", maxChars);
  const head = text.slice(0, end > maxChars / 2 ? end : maxChars);
  return `${head}\n… ${text.length - head.length} more characters`;
}

/** What a tool was given, a line for each field; a single text stands alone. */
export function inputsInWords(input: Fields): string {
  const told = Object.entries(input)
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)])
    .filter(([, value]) => value !== undefined && value.trim() !== "");
  if (told.length === 1) return excerpt(told[0]?.[1] ?? "");
  return told.map(([name, value]) => excerpt(`${name}: ${value}`)).join("\n");
}
