/**
 * Splits terminal output into text, controls and escape sequences with @ansi-tools/parser. A chunk of output may end
 * inside a sequence, so the reader keeps the incomplete end for the next chunk.
 */
import { type CODE, parse } from "@ansi-tools/parser";

export type TerminalToken =
  | { kind: "text"; text: string }
  /** One C0 control, such as `\r`. */
  | { kind: "control"; text: string }
  /** `ESC [ … final`: colours, cursor movement, erasing. `mark` is a leading `?`, `>`, `=` or `<`. */
  | { kind: "csi"; text: string; mark: string; params: number[]; final: string }
  /** Any other sequence: titles, links, the clipboard, resets, character sets. */
  | { kind: "other"; text: string };

/** The longest incomplete sequences that the reader keeps. Only strings, such as pictures, are long. */
const longestOpenString = 65_536;
const longestOpenOther = 256;

/** Makes a function that takes the next chunk. */
export function createTokenReader(): (chunk: string) => TerminalToken[] {
  let openEnd = "";
  return (chunk) => {
    if (goesOn(openEnd, chunk)) {
      openEnd += chunk;
      return [];
    }
    const codes = parse(openEnd + chunk);
    const last = codes.at(-1);
    openEnd = last && last.type !== "TEXT" && isOpen(last) ? last.raw : "";
    if (openEnd !== "") codes.pop();
    const tokens: TerminalToken[] = [];
    for (const code of codes) addTokens(code, tokens);
    return tokens;
  };
}

/** The plain text of the output, with its line breaks. */
export function withoutEscapes(text: string): string {
  if (!/[^\P{Cc}\n\r\t]/u.test(text)) return text;
  return createTokenReader()(text)
    .map((token) => (token.kind === "text" || token.kind === "control" ? token.text : ""))
    .join("");
}

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: escapes are made of control characters.
const osc = /^(?:\x1b\]|\x9d)/;
const otherString = /^(?:\x1b[P_X^]|[\x90\x98\x9e\x9f])/;
const mayEndOsc = /[\x07\n\x18\x1a\x1b\x90\x98\x9b-\x9f]/;
const mayEndOther = /[\n\x18\x1a\x1b\x90\x98\x9b-\x9f]/;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above.

/** True if the chunk only extends an open string. Parsing the string again per chunk would take quadratic time. */
function goesOn(openEnd: string, chunk: string): boolean {
  const mayEnd = osc.test(openEnd) ? mayEndOsc : otherString.test(openEnd) ? mayEndOther : null;
  const isKept = openEnd.length + chunk.length <= longestOpenString;
  return mayEnd !== null && isKept && !mayEnd.test(chunk);
}

/** True for a sequence that may end in the next chunk. A line break ends it anyway. */
function isOpen(code: CODE): boolean {
  const isString = osc.test(code.raw) || otherString.test(code.raw);
  const longest = isString ? longestOpenString : longestOpenOther;
  return code.raw.length <= longest && !isComplete(code) && !code.raw.includes("\n");
}

function isComplete({ type, raw }: CODE): boolean {
  if (type === "ESC") return raw.length > 1 && /[0-~]$/.test(raw);
  if (isCsi(type)) return csi.test(csiBody(raw));
  return ["\u0007", "\u001b\\", "\u009c"].some((end) => raw.endsWith(end));
}

const csi = /^([?><=]?)([0-?]*)([ -/]*[@-~])$/;

/** The part after `ESC [`, or after the single character with the same meaning. */
const csiBody = (raw: string): string =>
  raw.startsWith("\u009b") ? raw.slice(1) : raw.slice(raw.indexOf("[") + 1);

const isCsi = (type: CODE["type"]): boolean =>
  type === "CSI" || type === "DEC" || type === "PRIVATE";

function addTokens(code: CODE, tokens: TerminalToken[]): void {
  const { type, raw } = code;
  if (type === "TEXT") {
    addText(raw, tokens);
    return;
  }
  const body = csiBody(raw);
  const [found, mark = "", params = "", final = ""] = (isCsi(type) && csi.exec(body)) || [];
  if (found !== undefined) {
    tokens.push({ kind: "csi", text: `\u001b[${body}`, mark, params: numbers(params), final });
    return;
  }
  // Another sequence or a line break interrupted this one. The text after the line break is plain.
  const end = isComplete(code) ? -1 : raw.indexOf("\n");
  tokens.push({ kind: "other", text: end < 0 ? raw : raw.slice(0, end) });
  if (end >= 0) addText(raw.slice(end), tokens);
}

function addText(raw: string, tokens: TerminalToken[]): void {
  for (const text of raw.split(/(\p{Cc})/u)) {
    if (text === "") continue;
    const isControl = text < " " || (text >= "\u007f" && text < "\u00a0");
    if (!isControl) tokens.push({ kind: "text", text });
    else tokens.push({ kind: text < " " ? "control" : "other", text });
  }
}

/** `1;31` → [1, 31]. `38:2::1:2:3` is the same as `38;2;1;2;3`. A missing number is 0. */
const numbers = (params: string): number[] =>
  params === ""
    ? []
    : params
        .replace(/^(38|48):2::/, "$1;2;")
        .split(/[;:]/)
        .slice(0, 32)
        .map((part) => Math.min(Number(part) || 0, 65_535));
