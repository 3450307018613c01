/**
 * Terminal output in pieces: text, controls, and the escape sequences among it. Output comes in chunks that may end
 * inside a sequence, so a reader keeps the open end for the next one.
 */
export type TerminalToken =
  | { kind: "text"; text: string }
  /** One C0 control, such as `\r`. */
  | { kind: "control"; text: string }
  /** `ESC [ … final`: colours, the cursor, erasing. `mark` is a leading `?`, `>`, `=` or `<`. */
  | { kind: "csi"; text: string; mark: string; params: number[]; final: string }
  /** Any other sequence: titles, links, the clipboard, resets, character sets. */
  | { kind: "other"; text: string };

const esc = "\u001b";
/** Parameters beyond this make no sense, and a sequence that never ends must not be kept for ever. */
const longest_sequence = 256;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const csi = /\u001b\[([?><=]?)([0-?]*)[ -/]*([@-~])/y;
/** A string (OSC, DCS, APC, PM, SOS) ends at its terminator, at the latest with its line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const string = /\u001b[\]PX^_][^\u0007\u001b\n\u009c]*(?:\u0007|\u001b\\|\u009c|(?=[\n\u001b]))/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const short = /\u001b[ -/]*[0-OQ-WYZ`-~\\]/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const text = /[^\u0000-\u001f\u007f-\u009f]+/y;

/** Returns a function that takes the next chunk. What is no text and no known control comes out as `other`. */
export function create_token_reader(): (chunk: string) => TerminalToken[] {
  let open_end = "";
  return (chunk) => {
    const input = open_end + chunk;
    const tokens: TerminalToken[] = [];
    let at = 0;
    open_end = "";
    const take = (pattern: RegExp): RegExpExecArray | null => {
      pattern.lastIndex = at;
      const match = pattern.exec(input);
      if (match) at = pattern.lastIndex;
      return match;
    };
    while (at < input.length) {
      const plain = take(text);
      if (plain) {
        tokens.push({ kind: "text", text: plain[0] });
        continue;
      }
      if (input[at] !== esc) {
        const control = input[at++] as string;
        tokens.push({ kind: control < " " ? "control" : "other", text: control });
        continue;
      }
      const sequence = take(csi);
      if (sequence) {
        const [whole, mark = "", params = "", final = ""] = sequence;
        tokens.push({ kind: "csi", text: whole, mark, params: numbers(params), final });
        continue;
      }
      const other = take(string) ?? take(short);
      if (other) {
        tokens.push({ kind: "other", text: other[0] });
        continue;
      }
      const rest = input.slice(at);
      if (is_open(rest)) {
        open_end = rest;
        break;
      }
      at++;
      tokens.push({ kind: "other", text: esc });
    }
    return tokens;
  };
}

/** The start of a sequence whose end may come with the next chunk. */
function is_open(rest: string): boolean {
  const is_string = /^.[\]PX^_]/s.test(rest);
  if (rest.length > (is_string ? 65_536 : longest_sequence)) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
  return is_string || /^\u001b(?:\[[0-?]*[ -/]*|[ -/]*)$/.test(rest);
}

/** `1;31` → [1, 31]; `38:2::1:2:3` counts like `38;2;1;2;3`; what is left out is 0. */
const numbers = (params: string): number[] =>
  params === ""
    ? []
    : params
        .replace(/^(38|48):2::/, "$1;2;")
        .split(/[;:]/)
        .slice(0, 32)
        .map((part) => Math.min(Number(part) || 0, 65_535));
