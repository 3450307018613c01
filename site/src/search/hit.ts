/** A hit looks like its thought, code or terminal output on stage. */
import { kindOf, type SearchHit } from "@kulti/protocol";
import { splitPath } from "../text/paths.ts";

export type HitStyle = "prose" | "code" | "terminal";

export function styleOf({ type }: SearchHit): HitStyle {
  const kind = kindOf(type);
  return kind === "code" || kind === "terminal" ? kind : "prose";
}

/** The word on the rule, which also selects the colour: `reasoning`, `code`, `error`. */
export const labelOf = ({ type, thought_type: thoughtType }: SearchHit): string =>
  thoughtType ?? type;

/** The address of its moment in the replay. */
export const addressOf = ({ agent_id: agentId, session_id: sessionId, seq }: SearchHit): string =>
  `/watch/${agentId}/${sessionId}#e${seq}`;

/** Shown beside the word: a file, or the command that wrote the output. */
export function placeOf(hit: SearchHit): { folder: string; base: string } {
  if (hit.filename) return splitPath(hit.filename);
  const isNamed = hit.command && !beginsWithCommand(hit);
  return { folder: "", base: isNamed ? `❯ ${firstLine(hit.command ?? "")}` : "" };
}

/** A terminal snippet begins with its command if the command is near the hit. */
export function beginsWithCommand(hit: SearchHit): boolean {
  const command = hit.command?.trim();
  if (!command) return false;
  const snippet = hit.snippet.join("");
  return snippet.startsWith(command) || command.startsWith(snippet);
}

const firstLine = (text: string): string => text.split(/\r?\n/, 1)[0] ?? "";

export interface SnippetPart {
  text: string;
  isMatch: boolean;
}

export interface SnippetLine {
  /** Of the file; null if unknown. */
  number: number | null;
  parts: SnippetPart[];
}

/** Code becomes numbered lines. Anything else, including code of which only a change was sent, is one piece. */
export function linesOf(hit: SearchHit): SnippetLine[] {
  const parts = hit.snippet.map((text, index) => ({ text, isMatch: index % 2 === 1 }));
  const { line } = hit;
  if (styleOf(hit) !== "code" || line === null) return [{ number: null, parts: nonEmpty(parts) }];
  const lines: SnippetPart[][] = [[]];
  for (const { text, isMatch } of parts) {
    text.split(/\r?\n/).forEach((piece, index) => {
      if (index > 0) lines.push([]);
      lines.at(-1)?.push({ text: piece, isMatch });
    });
  }
  return lines.map((one, index) => ({ number: line + index, parts: nonEmpty(one) }));
}

const nonEmpty = (parts: SnippetPart[]): SnippetPart[] => parts.filter(({ text }) => text !== "");
