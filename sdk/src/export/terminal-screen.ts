/**
 * A small terminal: turns output into the final lines of the screen with their colours. Handles carriage returns,
 * progress bars, erasing and cursor movement. Does not wrap lines; the view does that. Clearing the screen starts a new
 * screen below the old one.
 */
import { createTokenReader, type TerminalToken } from "@kulti/recordings/terminal-tokens.ts";

/** The style of one character. Colours are names such as `red`, or `#rrggbb`, or empty for the default. */
export interface Look {
  readonly fore: string;
  readonly back: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

interface Cell {
  character: string;
  look: Look;
}

export interface Run {
  text: string;
  look: Look;
}

const plain: Look = {
  fore: "",
  back: "",
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
};

const blank: Cell = { character: " ", look: plain };
/** The number of rows for absolute positions. */
const screenRows = 30;
/** The cursor stops at this column. */
const maxColumns = 1_000;
const maxLines = 5_000;

export class TerminalScreen {
  #lines: Cell[][] = [[]];
  #read = createTokenReader();
  #look = plain;
  #row = 0;
  #column = 0;
  /** The index in `#lines` of the screen's first line. */
  #top = 0;

  write(output: string): void {
    for (const token of this.#read(output)) this.#take(token);
  }

  /** Starts a new line in plain style, because an interrupted command may leave colours on. */
  beginLine(): void {
    this.#read = createTokenReader();
    this.#look = plain;
    if (this.#column > 0) this.#feed();
  }

  /** Writes a command after `prompt`, which may contain escapes. */
  writeCommand(prompt: string, command: string): void {
    this.beginLine();
    const typed = command.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "");
    this.write(`${prompt}${typed}`);
    this.beginLine();
  }

  /** The last `count` lines, without empty lines at the end. */
  lines(count = maxLines): Run[][] {
    let end = this.#lines.length;
    while (end > 0 && isBlank(this.#lines[end - 1])) end--;
    return this.#lines.slice(Math.max(0, end - count), end).map(runsOf);
  }

  text(): string {
    return this.lines()
      .map((runs) => runs.map((run) => run.text).join(""))
      .join("\n");
  }

  #take(token: TerminalToken): void {
    if (token.kind === "text") this.#put(token.text);
    else if (token.kind === "control") this.#control(token.text);
    else if (token.kind === "csi" && token.mark === "") this.#sequence(token.params, token.final);
  }

  #put(text: string): void {
    const line = this.#line();
    for (const character of text) {
      const before = line[this.#column - 1];
      if (before && joins(before.character, character) && before.character.length < 32) {
        line[this.#column - 1] = { ...before, character: before.character + character };
        continue;
      }
      while (line.length < this.#column) line.push(blank);
      line[this.#column++] = { character, look: this.#look };
    }
  }

  #control(control: string): void {
    if (control === "\n" || control === "\v" || control === "\f") this.#feed();
    else if (control === "\r") this.#column = 0;
    else if (control === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (control === "\t") this.#column = Math.min(maxColumns, (this.#column | 7) + 1);
  }

  #feed(): void {
    this.#column = 0;
    this.#moveTo(this.#row + 1);
  }

  #sequence(params: number[], final: string): void {
    const [first = 0, second = 0] = params;
    const count = Math.max(1, first);
    switch (final) {
      case "m":
        this.#look = restyled(this.#look, params.length === 0 ? [0] : params);
        return;
      case "A":
      case "F":
        this.#row = Math.max(this.#top, this.#row - count);
        if (final === "F") this.#column = 0;
        return;
      case "B":
      case "E":
        this.#moveTo(Math.min(this.#row + count, this.#top + screenRows - 1));
        if (final === "E") this.#column = 0;
        return;
      case "C":
        this.#column = Math.min(maxColumns, this.#column + count);
        return;
      case "D":
        this.#column = Math.max(0, this.#column - count);
        return;
      case "G":
        this.#column = Math.min(maxColumns, count - 1);
        return;
      case "d":
        this.#moveTo(this.#top + Math.min(count, screenRows) - 1);
        return;
      case "H":
      case "f":
        this.#moveTo(this.#top + Math.min(count, screenRows) - 1);
        this.#column = Math.min(maxColumns, Math.max(1, second) - 1);
        return;
      case "K":
        this.#eraseLine(first);
        return;
      case "J":
        this.#eraseScreen(first);
        return;
      case "P":
        this.#line().splice(this.#column, count);
        return;
      case "X":
        for (let n = 0; n < count && this.#column + n < this.#line().length; n++) {
          this.#line()[this.#column + n] = blank;
        }
        return;
    }
  }

  #eraseLine(mode: number): void {
    const line = this.#line();
    if (mode === 0) line.length = Math.min(line.length, this.#column);
    else if (mode === 2) line.length = 0;
    else line.fill(blank, 0, this.#column + 1);
  }

  #eraseScreen(mode: number): void {
    if (mode === 0) {
      this.#eraseLine(0);
      this.#lines.length = this.#row + 1;
      return;
    }
    // The old screen stays readable above.
    if (mode !== 2) return;
    let end = this.#lines.length;
    while (end > this.#top && isBlank(this.#lines[end - 1])) end--;
    const rowInScreen = this.#row - this.#top;
    this.#lines.length = end;
    this.#top = end;
    this.#moveTo(end + rowInScreen);
  }

  #line(): Cell[] {
    return this.#lines[this.#row] as Cell[];
  }

  #moveTo(row: number): void {
    this.#row = row;
    while (this.#lines.length <= this.#row) this.#lines.push([]);
    this.#top = Math.max(this.#top, this.#row - screenRows + 1);
    // Drops many lines at once, because each drop copies the rest.
    if (this.#lines.length < 2 * maxLines) return;
    const gone = this.#lines.length - maxLines;
    this.#lines = this.#lines.slice(gone);
    this.#row -= gone;
    this.#top = Math.max(0, this.#top - gone);
  }
}

const isBlank = (line: Cell[] | undefined): boolean =>
  line?.every((cell) => cell.character === " " && cell.look.back === "") ?? true;

/** True for accents, variation selectors and joined emoji, which belong to the character before them. */
const joins = (before: string, character: string): boolean =>
  /^(?:\p{M}|\p{Emoji_Modifier}|\u200d)$/u.test(character) || before.endsWith("\u200d");

function runsOf(line: readonly Cell[]): Run[] {
  let end = line.length;
  while (end > 0 && line[end - 1]?.character === " " && line[end - 1]?.look.back === "") end--;
  const runs: Run[] = [];
  for (let at = 0; at < end; at++) {
    const { character, look } = line[at] as Cell;
    const last = runs.at(-1);
    if (last?.look === look) last.text += character;
    else runs.push({ text: character, look });
  }
  return runs;
}

const colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

function restyled(look: Look, params: readonly number[]): Look {
  let next = look;
  for (let at = 0; at < params.length; at++) {
    const param = params[at] as number;
    if (param === 38 || param === 48) {
      const { colour, used } = extended(params.slice(at + 1));
      next = { ...next, [param === 38 ? "fore" : "back"]: colour };
      at += used;
    } else next = { ...next, ...changeOf(param) };
  }
  return next;
}

function changeOf(param: number): Partial<Look> {
  if (param === 0) return plain;
  if (param === 1) return { bold: true };
  if (param === 2) return { dim: true };
  if (param === 3) return { italic: true };
  if (param === 4) return { underline: true };
  if (param === 7) return { inverse: true };
  if (param === 22) return { bold: false, dim: false };
  if (param === 23) return { italic: false };
  if (param === 24) return { underline: false };
  if (param === 27) return { inverse: false };
  if (param === 39) return { fore: "" };
  if (param === 49) return { back: "" };
  const colour = named(param % 10, param >= 90);
  if ((param >= 30 && param <= 37) || (param >= 90 && param <= 97)) return { fore: colour };
  if ((param >= 40 && param <= 47) || (param >= 100 && param <= 107)) return { back: colour };
  return {};
}

const named = (index: number, isBright: boolean): string =>
  `${isBright ? "bright-" : ""}${colours[index & 7]}`;

/** Parses `5;n` (256 colours) or `2;r;g;b`. */
function extended([mode, ...rest]: readonly number[]): { colour: string; used: number } {
  if (mode === 2) return { colour: hex(rest.slice(0, 3)), used: 4 };
  const index = Math.min(rest[0] ?? 0, 255);
  if (mode !== 5) return { colour: "", used: 0 };
  if (index < 16) return { colour: named(index & 7, index > 7), used: 2 };
  if (index > 231) return { colour: hex(Array(3).fill(8 + (index - 232) * 10)), used: 2 };
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level);
  return { colour: hex(parts), used: 2 };
}

const hex = (parts: readonly number[]): string =>
  `#${[0, 1, 2]
    .map((n) =>
      Math.min(parts[n] ?? 0, 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
