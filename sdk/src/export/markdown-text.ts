/** Turns untrusted text into Markdown that shows only that text: no HTML, no pictures, no broken fences. */
import { trimEnd } from "@kulti/protocol/text.ts";

/**
 * Escapes text so that it shows every character as written. Agents write Markdown themselves; of that, only code keeps
 * its formatting, in new fences.
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

/** The block that starts at this line, if it has an end. Otherwise returns at once, without a scan of the lines. */
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
      // A backslash keeps a line break inside a paragraph.
      line !== "" && (all[index + 1] ?? "") !== "" ? `${line}\\` : line,
    )
    .join("\n");

/** Like `escapeText`, on one line. */
export const escapeTitle = (text: string): string =>
  escapeLine(text.replace(/[\s\p{Cc}]+/gu, " ").trim());

/** URLs get angle brackets: GitHub links them anyway, and would show escapes inside them. */
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
    // Markdown leaves an underscore inside a word alone.
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/&(?=#?\w+;)/g, "\\&");

const escapeStart = (line: string): string =>
  line
    // At the start of a line these begin a heading, a list, a rule or a table.
    .replace(/^(\s*)(?:([#+=:-])|(\d+)(?=[.)]))/, (_, space: string, sign = "", digits = "") =>
      sign ? `${space}\\${sign}` : `${space}${digits}\\`,
    )
    // Four spaces would begin a code block.
    .replace(/^[ \t]+/, (space) => "\u00a0".repeat(space.replaceAll("\t", "    ").length));

/** A block of code between fences that are longer than any fence inside. */
export function fenced(text: string, language = ""): string {
  const body = text.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "\ufffd");
  const fence = "`".repeat(Math.max(2, longestRun(body)) + 1);
  const word = /^[\w+#.-]{1,40}$/.test(language) ? language : "";
  return `${fence}${word}\n${body === "" || body.endsWith("\n") ? body : `${body}\n`}${fence}`;
}

/** The length of the longest run of backquotes. */
const longestRun = (text: string): number =>
  text.match(/`+/g)?.reduce((longest, run) => Math.max(longest, run.length), 0) ?? 0;

/** A name as inline code. */
export function codeSpan(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  if (line === "") return "` `";
  const ticks = "`".repeat(longestRun(line) + 1);
  const room = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${room}${line}${room}${ticks}`;
}

/** Puts `> ` before each line. */
export const quoted = (markdown: string): string =>
  markdown
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");

/** The start and the end of a long text, with the number of lines left out between them. */
export function shortened(text: string, maxLines: number): { text: string; leftOut: number } {
  const lines = text.split("\n");
  if (lines.length <= maxLines) return { text, leftOut: 0 };
  const head = Math.ceil((maxLines * 2) / 3);
  const tail = maxLines - head;
  const leftOut = lines.length - maxLines;
  return {
    text: [
      ...lines.slice(0, head),
      `… ${leftOut} lines left out …`,
      ...lines.slice(lines.length - tail),
    ].join("\n"),
    leftOut,
  };
}
