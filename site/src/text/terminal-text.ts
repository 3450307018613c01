/** Terminal entries as bytes for the emulator, and as plain text for screen readers. */
import type { List, TerminalEntry } from "@kulti/protocol";

const dim = "\x1b[2m";
const bold = "\x1b[1m";
const red = "\x1b[31m";
const green = "\x1b[32m";
const off = "\x1b[0m";

/**
 * The bytes of one entry. `atLineStart`: whether the entry before ended its line. Output continues where that entry
 * stopped, even inside a colour or an escape; a command starts over.
 */
export function entryBytes(entry: TerminalEntry, atLineStart: boolean): string {
  const { command, stream, text, exit_code: exitCode } = entry;
  let bytes = "";
  const beginLine = () => {
    if (!(bytes === "" ? atLineStart : endsLine(bytes))) bytes += "\r\n";
  };
  if (command !== null) {
    beginLine();
    bytes += `${off}${green}❯${off} ${bold}${printable(command)}${off}\r\n`;
  }
  if (text !== "") bytes += stream === "input" ? `${dim}${printable(text)}${off}` : text;
  if (exitCode !== null && exitCode !== 0) {
    beginLine();
    bytes += `${off}${red}exit ${exitCode}${off}\r\n`;
  }
  return bytes;
}

/** Whether the cursor is at the start of a line after `bytes`, as far as escapes allow to tell. */
export function endsLine(bytes: string): boolean {
  return bytes === "" || withoutEscapes(bytes).endsWith("\n");
}

/** A command is one line of text; its line breaks stay visible. */
const printable = (text: string): string =>
  text.replace(/\r?\n/g, "\r\n  ").replace(/[^\P{Cc}\r\n\t]/gu, "");

// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are made of control characters.
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;

export const withoutEscapes = (text: string): string => text.replace(escapes, "");

/** The index of the first of the last `count` entries; fewer if their text is longer than `characters`. */
export function startOfLast(
  terminal: List<TerminalEntry>,
  count: number,
  characters: number,
): number {
  let from = terminal.length;
  let length = 0;
  while (from > 0 && terminal.length - from < count) {
    const { text = "", command } = terminal.get(from - 1) ?? {};
    length += text.length + (command?.length ?? 0);
    if (length > characters && from < terminal.length) break;
    from -= 1;
  }
  return from;
}

const readAloudCharacters = 40_000;

export interface Passage {
  /** Of its first entry. */
  seq: number;
  text: string;
}

/** The last `count` entries as plain text, in passages that each begin a line. */
export function transcript(terminal: List<TerminalEntry>, count: number): Passage[] {
  const passages: { seq: number; bytes: string }[] = [];
  let atLineStart = true;
  for (const entry of terminal.slice(startOfLast(terminal, count, readAloudCharacters))) {
    const bytes = entryBytes(entry, atLineStart);
    if (bytes === "") continue;
    const open = atLineStart ? undefined : passages.at(-1);
    if (open) open.bytes += bytes;
    else passages.push({ seq: entry.seq, bytes });
    atLineStart = endsLine(bytes);
  }
  return passages.map(({ seq, bytes }) => ({
    seq,
    text: withoutEscapes(bytes).replace(/\r\n?/g, "\n"),
  }));
}

export function lastCommand(terminal: List<TerminalEntry>): string {
  for (let index = terminal.length - 1; index >= 0; index--) {
    const command = terminal.get(index)?.command;
    if (command) return command.split(/\r?\n/, 1)[0] ?? "";
  }
  return "";
}
