/** How a hit looks: its words stay what they were on stage, a thought, code, a terminal. */
import type { EventType, SearchHit } from "@kulti/protocol";
import { split_path } from "../player/paths.ts";

export type Dress = "prose" | "code" | "terminal";

const dresses: Partial<Record<EventType, Dress>> = { code: "code", terminal: "terminal" };

export const dress_of = ({ type }: SearchHit): Dress => dresses[type] ?? "prose";

/** The word on the rule, which names the colour too: `reasoning`, `code`, `error`. */
export const word_of = ({ type, thought_type }: SearchHit): string => thought_type ?? type;

/** The very second in the replay. */
export const address_of = ({ agent_id, session_id, seq }: SearchHit): string =>
  `/watch/${agent_id}/${session_id}#e${seq}`;

/** What stands beside the word: a file, or the command whose output it was. */
export function place_of(hit: SearchHit): { folder: string; base: string } {
  if (hit.filename) return split_path(hit.filename);
  const is_named = hit.command && !begins_with_command(hit);
  return { folder: "", base: is_named ? `❯ ${first_line(hit.command ?? "")}` : "" };
}

/** The snippet of a terminal begins with its command, where that is near what was found. */
export function begins_with_command(hit: SearchHit): boolean {
  const command = hit.command?.trim();
  if (!command) return false;
  const snippet = hit.snippet.join("");
  return snippet.startsWith(command) || command.startsWith(snippet);
}

const first_line = (text: string): string => text.split(/\r?\n/, 1)[0] ?? "";

export interface SnippetPart {
  text: string;
  is_match: boolean;
}

export interface SnippetLine {
  /** Of the file; null where that is not known. */
  number: number | null;
  parts: SnippetPart[];
}

/** Code with its lines numbered; anything else, and code of which only a change was sent, as one piece. */
export function lines_of(hit: SearchHit): SnippetLine[] {
  const parts = hit.snippet.map((text, index) => ({ text, is_match: index % 2 === 1 }));
  const { line } = hit;
  if (dress_of(hit) !== "code" || line === null) return [{ number: null, parts: said(parts) }];
  const lines: SnippetPart[][] = [[]];
  for (const { text, is_match } of parts) {
    text.split(/\r?\n/).forEach((piece, index) => {
      if (index > 0) lines.push([]);
      lines.at(-1)?.push({ text: piece, is_match });
    });
  }
  return lines.map((one, index) => ({ number: line + index, parts: said(one) }));
}

const said = (parts: SnippetPart[]): SnippetPart[] => parts.filter(({ text }) => text !== "");
