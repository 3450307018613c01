/** How a hit looks: its words stay what they were on stage, a thought, code, a terminal. */
import type { EventType, SearchHit, ThoughtType } from "@kulti/protocol";
import { split_path } from "../player/paths.ts";

/** What a hit does not say of itself, see `read_facts`. */
export interface HitFacts {
  thought_type: ThoughtType | null;
  command: string | null;
}

export type Dress = "prose" | "code" | "terminal";

const dresses: Partial<Record<EventType, Dress>> = { code: "code", terminal: "terminal" };

export const dress_of = ({ type }: SearchHit): Dress => dresses[type] ?? "prose";

/** The word on the rule, which names the colour too: `reasoning`, `code`, `error`. */
export const word_of = ({ type }: SearchHit, facts?: HitFacts): string =>
  facts?.thought_type ?? type;

/** The very second in the replay. */
export const address_of = ({ agent_id, session_id, seq }: SearchHit): string =>
  `/watch/${agent_id}/${session_id}#e${seq}`;

/** What stands beside the word: a file, or the command whose output it was. */
export function place_of(hit: SearchHit, facts?: HitFacts): { folder: string; base: string } {
  if (hit.filename) return split_path(hit.filename);
  const is_named = facts?.command && !begins_with_command(hit, facts);
  return { folder: "", base: is_named ? `❯ ${first_line(facts.command ?? "")}` : "" };
}

/** The snippet of a terminal begins with its command, where that is near what was found. */
export function begins_with_command(hit: SearchHit, facts?: HitFacts): boolean {
  const command = facts?.command?.trim();
  if (!command) return false;
  const snippet = hit.snippet.join("");
  return snippet.startsWith(command) || command.startsWith(snippet);
}

const first_line = (text: string): string => text.split(/\r?\n/, 1)[0] ?? "";

export interface SnippetPart {
  text: string;
  is_match: boolean;
}

/** Plain, match, plain, match … without the empty ones. */
export const parts_of = (snippet: readonly string[]): SnippetPart[] =>
  snippet
    .map((text, index) => ({ text, is_match: index % 2 === 1 }))
    .filter(({ text }) => text !== "");
