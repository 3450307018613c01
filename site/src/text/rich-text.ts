/**
 * The subset of Markdown that agents commonly write: `code`, **strong**, fenced blocks and web addresses.
 * Everything else stays as it is. Nothing becomes HTML.
 */
import { findLinks, type TextPart } from "./links.ts";

export type RichPart =
  | TextPart
  | { kind: "code"; text: string }
  | { kind: "strong"; parts: RichPart[] }
  | { kind: "block"; text: string };

/** A fence may still be open while the text is being typed. */
const markup =
  /^[ \t]*```[^\n]*\n([\s\S]*?)(?:\n[ \t]*```[ \t]*(?:\n|$)|$(?![\s\S]))|`([^`\n]+)`|\*\*(\S(?:[^\n*]*[^\s*])?)\*\*/gm;

/** A text of backticks alone would make 20,000 elements, and twenty of them freeze a page for seconds. */
const maxParts = 400;

/** Beyond some hundred parts the rest of the text stays as it is. */
export function richText(text: string): RichPart[] {
  const parts: RichPart[] = [];
  let from = 0;
  for (const match of text.matchAll(markup)) {
    if (parts.length >= maxParts) return [...parts, { kind: "text", text: text.slice(from) }];
    const [all, block, code, strong] = match;
    const before = text.slice(from, match.index);
    // A block has its own space, so the empty lines around it are dropped.
    for (const part of findLinks(block === undefined ? before : before.trimEnd())) parts.push(part);
    if (block !== undefined) parts.push({ kind: "block", text: block });
    else if (code !== undefined) parts.push({ kind: "code", text: code });
    else parts.push({ kind: "strong", parts: richText(strong ?? "") });
    from = match.index + all.length;
    if (block !== undefined) while (text[from] === "\n") from += 1;
  }
  // Not spread into one call, which takes some 100,000 arguments at most.
  for (const part of findLinks(text.slice(from))) parts.push(part);
  return parts;
}

/** A headline's first paragraph and the rest: only the first is bold. */
export function splitHeadline(text: string): { headline: string; rest: string } {
  const end = text.search(/\n/);
  return end < 0
    ? { headline: text, rest: "" }
    : { headline: text.slice(0, end), rest: text.slice(end) };
}
