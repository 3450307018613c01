/** Text that nobody vouches for as Markdown that shows it and nothing else: no HTML, no pictures, no broken fences. */
import { trimEnd } from "@kulti/protocol/text.ts";

/**
 * Paragraphs in which every character stands as it was written. Agents write Markdown themselves: of that, code keeps
 * its dress, between fences of our own.
 */
export function escapeText(text: string): string {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks: string[] = [];
  const lastOf = new Map(lines.map((line, at) => [line.trim(), at]));
  let plain: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = readFence(lines, at, lastOf);
    if (!fence) {
      plain.push(lines[at] ?? "");
      continue;
    }
    if (plain.length > 0) blocks.push(escapeLines(plain));
    plain = [];
    blocks.push(fenced(fence.body, fence.language));
    at = fence.end;
  }
  if (plain.length > 0) blocks.push(escapeLines(plain));
  return blocks.join("\n");
}

/** The block that opens at this line, if it is closed further down: no line is passed for a fence that is not. */
function readFence(lines: readonly string[], at: number, lastOf: ReadonlyMap<string, number>) {
  const [, fence, language = ""] = /^ {0,3}(`{3,})([\w+#.-]*)\s*$/.exec(lines[at] ?? "") ?? [];
  if (fence === undefined || (lastOf.get(fence) ?? -1) <= at) return null;
  let end = at + 1;
  while (lines[end]?.trim() !== fence) end += 1;
  return { body: lines.slice(at + 1, end).join("\n"), language, end };
}

const escapeLines = (lines: readonly string[]): string =>
  lines
    .map((line) => escapeLine(line.replace(/[^\P{Cc}\t]/gu, "\ufffd")))
    .map((line, index, all) =>
      // A line break inside a paragraph is kept by a backslash before it.
      line !== "" && (all[index + 1] ?? "") !== "" ? `${line}\\` : line,
    )
    .join("\n");

/** As `escapeText`, in one line. */
export const escapeTitle = (text: string): string =>
  escapeLine(text.replace(/[\s\p{Cc}]+/gu, " ").trim());

/** Web addresses stand between angle brackets: GitHub links them anyway, and would show the escapes inside. */
const address = /https?:\/\/[^\s<>\\`*[\]"|]+/gu;

function escapeLine(line: string): string {
  const parts = line.trimEnd().split(/(?<!`)(`[^`\s](?:[^`]*[^`\s])?`)(?!`)/);
  return escapeStart(
    parts.map((part, index) => (index % 2 === 1 ? part : escapePart(part))).join(""),
  );
}

function escapePart(text: string): string {
  let escaped = "";
  let from = 0;
  for (const { 0: found, index } of text.matchAll(address)) {
    const url = trimEnd(found, ".,;:!?')");
    escaped += `${escapeWords(text.slice(from, index))}<${url}>`;
    from = index + url.length;
  }
  return escaped + escapeWords(text.slice(from));
}

const escapeWords = (words: string): string =>
  words
    .replace(/[\\`*[\]<>~|$]/g, "\\$&")
    // Inside a word an underscore is one in Markdown too.
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/&(?=#?\w+;)/g, "\\&");

const escapeStart = (line: string): string =>
  line
    // What begins a heading, a list, a rule or a table where it begins a line.
    .replace(/^(\s*)(?:([#+=:-])|(\d+)(?=[.)]))/, (_, space: string, sign = "", digits = "") =>
      sign ? `${space}\\${sign}` : `${space}${digits}\\`,
    )
    // Four spaces would begin a code block.
    .replace(/^[ \t]+/, (space) => "\u00a0".repeat(space.replaceAll("\t", "    ").length));

/** A block of code between fences longer than any inside. */
export function fenced(text: string, language = ""): string {
  const body = text.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "\ufffd");
  const fence = "`".repeat(Math.max(2, longestRun(body)) + 1);
  const word = /^[\w+#.-]{1,40}$/.test(language) ? language : "";
  return `${fence}${word}\n${body === "" || body.endsWith("\n") ? body : `${body}\n`}${fence}`;
}

/** How many backquotes stand together at most. */
const longestRun = (text: string): number =>
  text.match(/`+/g)?.reduce((longest, run) => Math.max(longest, run.length), 0) ?? 0;

/** A name in the line, as code. */
export function codeSpan(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  if (line === "") return "` `";
  const ticks = "`".repeat(longestRun(line) + 1);
  const room = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${room}${line}${room}${ticks}`;
}

/** Each line behind `> `. */
export const quoted = (markdown: string): string =>
  markdown
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");

/** The start and the end of a long text, and between them how much is left out. */
export function shortened(text: string, mostLines: number): { text: string; leftOut: number } {
  const lines = text.split("\n");
  if (lines.length <= mostLines) return { text, leftOut: 0 };
  const head = Math.ceil((mostLines * 2) / 3);
  const tail = mostLines - head;
  const leftOut = lines.length - mostLines;
  return {
    text: [
      ...lines.slice(0, head),
      `… ${leftOut} lines left out …`,
      ...lines.slice(lines.length - tail),
    ].join("\n"),
    leftOut,
  };
}
