/**
 * Patterns that say three things of a text: it matches, it does not, or only what follows can tell. A pattern is a
 * regular expression of a small subset, which Python's `re` reads alike: characters, classes, `{m,n}` and `?` behind
 * them, one group (the part that is a secret), and at the end `(?=[…]|$)` or `(?![…])`; `{c}` stands for any number of
 * terminal colours. Each part takes all it can and gives nothing back, so a match costs no more than the text it walks
 * over.
 */

/** ASCII by code, and 128 for every other character. */
type CharSet = Uint8Array;

interface Part {
  set: CharSet;
  /** Number of the set: parts of equal sets share what is known of a text. */
  set_id: number;
  min: number;
  max: number;
  /** `ESC [ … letter`, any number of times. */
  is_colour?: true;
}

export interface Pattern {
  source: string;
  parts: Part[];
  /** The group: the parts from `take_from` to before `take_to`. */
  take_from: number;
  take_to: number;
  /** What must stand behind it; the end of the text is as good. */
  followed_by: Part | null;
  not_followed_by: Part | null;
}

const set_ids = new Map<string, number>();

function part_of(set: CharSet): Part {
  const key = set.join("");
  const set_id = set_ids.get(key) ?? set_ids.size;
  set_ids.set(key, set_id);
  return { set, set_id, min: 1, max: 1 };
}

/** Characters of colours in a row. */
const longest_colour = 64;
const escape_character = String.fromCharCode(27);
const colour = new RegExp(`^(?:${escape_character}\\[[0-9;]{0,16}[A-Za-z])+`);
const open_colour = new RegExp(`^${escape_character}(?:\\[[0-9;]{0,16})?$`);

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
const shorthands: Record<string, string> = {
  w: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
  d: "0123456789",
  s: " \t\r\n\f\v",
};

const index_of = (code: number): number => Math.min(code, 128);

function read_class(source: string, at: number): { set: CharSet; end: number } {
  const set = new Uint8Array(129);
  let index = at + 1;
  const is_negated = source[index] === "^";
  if (is_negated) index++;
  for (; source[index] !== "]"; index++) {
    let char = source[index] as string;
    if (char === "\\") {
      index++;
      const name = source[index] as string;
      if (shorthands[name]) {
        for (const member of shorthands[name]) set[member.charCodeAt(0)] = 1;
        continue;
      }
      char = escapes[name] ?? name;
      if (name === "x") {
        char = String.fromCharCode(Number.parseInt(source.slice(index + 1, index + 3), 16));
        index += 2;
      }
    }
    let last = char;
    if (source[index + 1] === "-" && source[index + 2] !== "]") {
      last = source[index + 2] as string;
      index += 2;
    }
    for (let code = char.charCodeAt(0); code <= last.charCodeAt(0); code++) set[code] = 1;
  }
  if (is_negated) for (let code = 0; code < 129; code++) set[code] = set[code] ? 0 : 1;
  return { set, end: index + 1 };
}

/** @throws {Error} when the source is no pattern of the subset, or a part could take what the next one needs. */
export function compile_pattern(source: string, any_case = false): Pattern {
  const parts: Part[] = [];
  let take_from = 0;
  let take_to = -1;
  let followed_by: Part | null = null;
  let not_followed_by: Part | null = null;
  let at = 0;
  while (at < source.length) {
    if (source.startsWith("(?", at)) {
      const { set, end } = read_class(source, at + 3);
      if (source[at + 2] === "=") followed_by = part_of(set);
      else not_followed_by = part_of(set);
      const rest = source.slice(end);
      if (rest !== ")" && rest !== "|$)") throw new Error(`Cannot read the pattern ${source}.`);
      break;
    }
    const char = source[at] as string;
    if (source.startsWith("{c}", at)) {
      parts.push({
        ...part_of(new Uint8Array(129).fill(1, 27, 28)),
        min: 0,
        max: longest_colour,
        is_colour: true,
      });
      at += 3;
      continue;
    }
    if (char === "(" || char === ")") {
      if (char === "(") take_from = parts.length;
      else take_to = parts.length;
      at++;
      continue;
    }
    let set: CharSet;
    if (char === "[") ({ set, end: at } = read_class(source, at));
    else {
      const name = source[at + 1] as string;
      const literal = char === "\\" ? (shorthands[name] ?? escapes[name] ?? name) : char;
      set = new Uint8Array(129);
      for (const member of literal) set[index_of(member.charCodeAt(0))] = 1;
      at += char === "\\" ? 2 : 1;
    }
    if (any_case) fold(set);
    const part = part_of(set);
    const [whole, min, , max] = /^(?:\{(\d+)(,(\d+))?\}|\?)/.exec(source.slice(at)) ?? [""];
    if (whole === "?") part.min = 0;
    else if (whole !== "") {
      part.min = Number(min);
      part.max = Number(max ?? min);
    }
    at += whole.length;
    parts.push(part);
  }
  if (take_to < 0) take_to = parts.length;
  return { source, parts, take_from, take_to, followed_by, not_followed_by };
}

function fold(set: CharSet): void {
  for (let code = 65; code <= 90; code++) {
    const is_in = set[code] || set[code + 32] ? 1 : 0;
    set[code] = is_in;
    set[code + 32] = is_in;
  }
}

export type Outcome = "none" | "match" | "undecided";

/** One text under examination. */
export class Reading {
  readonly text: string;
  /** Nothing follows the text. */
  readonly is_whole: boolean;
  /** Steps taken by patterns; tests hold them against the length of the text. */
  steps = 0;
  /** Of the last match: the part that is a secret. Of an undecided one: `start` is where such a part could begin. */
  start = 0;
  end = 0;
  /** A secret that was found. */
  #known_start = 0;
  #known_end = 0;
  /** Of each set, the run of its characters that was walked last: whoever begins inside it knows its end. */
  readonly #run_starts: number[] = [];
  readonly #run_ends: number[] = [];

  constructor(text: string, is_whole: boolean) {
    this.text = text;
    this.is_whole = is_whole;
  }

  /** The last match lies inside a secret that is known, so it need not be judged. */
  get is_known(): boolean {
    return this.start > this.#known_start && this.end <= this.#known_end;
  }

  know(): void {
    this.#known_start = this.start;
    this.#known_end = this.end;
  }

  match(pattern: Pattern, from: number): Outcome {
    const { text } = this;
    const { parts, take_from, take_to } = pattern;
    let at = from;
    let start = -1;
    for (let index = 0; index < parts.length; index++) {
      if (index === take_from) start = at;
      if (index === take_to) this.end = at;
      const part = parts[index] as Part;
      this.steps++;
      const end = part.is_colour
        ? this.#colour_end(at)
        : part.max === 1
          ? this.#one(part, at)
          : this.#run_end(part, at);
      if (end - at < part.min) {
        return end === text.length && !this.is_whole ? this.#undecided(start) : "none";
      }
      if (end === text.length && end - at < part.max && !this.is_whole) {
        return this.#undecided(start);
      }
      at = end;
    }
    if (take_to === parts.length) this.end = at;
    const { followed_by, not_followed_by } = pattern;
    if (followed_by || not_followed_by) {
      if (at === text.length && !this.is_whole) return this.#undecided(start);
      const next = at < text.length ? index_of(text.charCodeAt(at)) : -1;
      if (followed_by && next >= 0 && followed_by.set[next] === 0) return "none";
      if (not_followed_by && next >= 0 && not_followed_by.set[next] === 1) return "none";
    }
    this.start = start;
    return "match";
  }

  #undecided(start: number): Outcome {
    this.start = start < 0 ? this.text.length : start;
    return "undecided";
  }

  #one({ set }: Part, at: number): number {
    return at < this.text.length && set[index_of(this.text.charCodeAt(at))] === 1 ? at + 1 : at;
  }

  /** The end of the text where a colour is cut. */
  #colour_end(at: number): number {
    const { text } = this;
    if (text.charCodeAt(at) !== 27) return at;
    const part = text.slice(at, at + longest_colour);
    const { length } = colour.exec(part)?.[0] ?? "";
    this.steps += part.length;
    return at + part.length === text.length && open_colour.test(part.slice(length))
      ? text.length
      : at + length;
  }

  #run_end({ set, set_id, max }: Part, at: number): number {
    const known_end = this.#run_ends[set_id] ?? -1;
    if (at < known_end && at >= (this.#run_starts[set_id] as number)) {
      return Math.min(known_end, at + max);
    }
    const { text } = this;
    let end = at;
    while (end < text.length && set[index_of(text.charCodeAt(end))] === 1) end++;
    this.steps += end - at;
    this.#run_starts[set_id] = at;
    this.#run_ends[set_id] = end;
    return Math.min(end, at + max);
  }
}
