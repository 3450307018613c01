/** Careful looks into values of unknown shape: recordings are other programs' files, and their formats drift. */

export type Fields = Record<string, unknown>;

export const is_fields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const fields_of = (value: unknown): Fields => (is_fields(value) ? value : {});

export const list_of = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Empty when it is no text. */
export const text_of = (value: unknown): string => (typeof value === "string" ? value : "");

export const number_of = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

/** A whole number from 0, for token counts. */
export const count_of = (value: unknown): number => Math.max(0, Math.round(number_of(value) ?? 0));

/** Milliseconds of an ISO time or of a number of milliseconds; undefined for anything else. */
export function time_of(value: unknown): number | undefined {
  const ms = typeof value === "string" ? Date.parse(value) : number_of(value);
  return ms !== undefined && ms > 0 && ms < 253_402_300_800_000 ? ms : undefined;
}

/** The JSON in a text, or undefined. */
export function json_of(text: unknown): unknown {
  try {
    return JSON.parse(text_of(text));
  } catch {
    return undefined;
  }
}

/** The text of a message: a string, or blocks of which those with text count. */
export function joined_text(content: unknown): string {
  if (typeof content === "string") return content;
  return list_of(content)
    .map((block) => text_of(typeof block === "string" ? block : fields_of(block).text))
    .filter((text) => text !== "")
    .join("\n");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is looked for.
const escapes = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** Text without terminal escapes, for what is read and not shown in a terminal. */
export const plain = (text: string): string => text.replace(escapes, "");

/** The first line with something in it, for a title. */
export function first_line(text: string, max_chars = 120): string {
  const line = text.split("\n").find((candidate) => candidate.trim() !== "") ?? "";
  const clean = line.replace(/^[#>*\s]+/, "").trim() || line.trim();
  const chars = [...clean];
  return chars.length <= max_chars ? clean : `${chars.slice(0, max_chars - 1).join("")}…`;
}

/** The start of a long text, cut at a line, with what is left out said. */
export function excerpt(text: string, max_chars = 1_500): string {
  if (text.length <= max_chars) return text;
  const end = text.lastIndexOf("\n", max_chars);
  const head = text.slice(0, end > max_chars / 2 ? end : max_chars);
  return `${head}\n… ${text.length - head.length} more characters`;
}
