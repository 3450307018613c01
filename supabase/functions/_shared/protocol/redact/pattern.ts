/**
 * Patterns that say three things of a text: it matches, it does not, or only what follows can tell. A pattern is a
 * regular expression of a small subset, which Python's `re` reads alike: characters, classes, `{m,n}` and `?` behind
 * them, one group (the part that is a secret), and at the end `(?=[…]|$)` or `(?![…])`; `{c}` stands for any number of
 * terminal colours, and where colours may split what is looked for, no part but `{c}` needs to name them: a colour code
 * between two characters is passed over. Each part takes all it can and gives nothing back, so a match costs no more than the text it walks
 * over.
 */

/** ASCII by code, and 128 for every other character. */
type CharSet = Uint8Array;

interface Part {
  set: CharSet;
  /** Number of the set: parts with equal sets share their knowledge of a text. */
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
  /** Colours may stand between any two of its characters behind the third. */
  crosses_colours: boolean;
  /** What must follow; the end of the text also counts. */
  followed_by: Part | null;
  not_followed_by: Part | null;
}

const setIds = new Map<string, number>();

function partOf(set: CharSet): Part {
  const key = set.join("");
  const setId = setIds.get(key) ?? setIds.size;
  setIds.set(key, setId);
  return { set, set_id: setId, min: 1, max: 1 };
}

/** Characters of colours in a row. */
const longestColour = 64;
const escapeCharacter = String.fromCharCode(27);
/** Not `ESC [ r`: a mark behind a lone ESC begins like that. */
const oneColour = `${escapeCharacter}\\[(?:[0-9;]{1,16}[A-Za-z]|[A-Za-qs-z])`;
const colour = new RegExp(`^(?:${oneColour})+`);
const colours = new RegExp(oneColour, "g");
/** Colours inside one match that are passed over: each costs a look at what follows it. */
const maxCrossings = 6;

export const withoutColours = (text: string): string =>
  text.includes(escapeCharacter) ? text.replace(colours, "") : text;

const openColour = new RegExp(`^${escapeCharacter}(?:\\[[0-9;]{0,16})?$`);

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
const shorthands: Record<string, string> = {
  w: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
  d: "0123456789",
  s: " \t\r\n\f\v",
};

const indexOf = (code: number): number => Math.min(code, 128);

function readClass(source: string, at: number): { set: CharSet; end: number } {
  const set = new Uint8Array(129);
  let index = at + 1;
  const isNegated = source[index] === "^";
  if (isNegated) index++;
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
  if (isNegated) for (let code = 0; code < 129; code++) set[code] = set[code] ? 0 : 1;
  return { set, end: index + 1 };
}

/** @throws {Error} when the source is not a pattern of the subset, or a part could take what the next one needs. */
export function compilePattern(source: string, anyCase = false, crossesColours = false): Pattern {
  const parts: Part[] = [];
  let takeFrom = 0;
  let takeTo = -1;
  let followedBy: Part | null = null;
  let notFollowedBy: Part | null = null;
  let at = 0;
  while (at < source.length) {
    if (source.startsWith("(?", at)) {
      const { set, end } = readClass(source, at + 3);
      if (source[at + 2] === "=") followedBy = partOf(set);
      else notFollowedBy = partOf(set);
      const rest = source.slice(end);
      if (rest !== ")" && rest !== "|$)") throw new Error(`Cannot read the pattern ${source}.`);
      break;
    }
    const char = source[at] as string;
    if (source.startsWith("{c}", at)) {
      parts.push({
        ...partOf(new Uint8Array(129).fill(1, 27, 28)),
        min: 0,
        max: longestColour,
        is_colour: true,
      });
      at += 3;
      continue;
    }
    if (char === "(" || char === ")") {
      if (char === "(") takeFrom = parts.length;
      else takeTo = parts.length;
      at++;
      continue;
    }
    let set: CharSet;
    if (char === "[") ({ set, end: at } = readClass(source, at));
    else {
      const name = source[at + 1] as string;
      const literal = char === "\\" ? (shorthands[name] ?? escapes[name] ?? name) : char;
      set = new Uint8Array(129);
      for (const member of literal) set[indexOf(member.charCodeAt(0))] = 1;
      at += char === "\\" ? 2 : 1;
    }
    if (anyCase) fold(set);
    const part = partOf(set);
    const [whole, min, , max] = /^(?:\{(\d+)(,(\d+))?\}|\?)/.exec(source.slice(at)) ?? [""];
    if (whole === "?") part.min = 0;
    else if (whole !== "") {
      part.min = Number(min);
      part.max = Number(max ?? min);
    }
    at += whole.length;
    parts.push(part);
  }
  if (takeTo < 0) takeTo = parts.length;
  return {
    source,
    parts,
    take_from: takeFrom,
    take_to: takeTo,
    crosses_colours: crossesColours,
    followed_by: followedBy,
    not_followed_by: notFollowedBy,
  };
}

function fold(set: CharSet): void {
  for (let code = 65; code <= 90; code++) {
    const isIn = set[code] || set[code + 32] ? 1 : 0;
    set[code] = isIn;
    set[code + 32] = isIn;
  }
}

export type Outcome = "none" | "match" | "undecided";

/** One text under examination. */
export class Reading {
  readonly text: string;
  /** Nothing follows the text. */
  readonly isWhole: boolean;
  /** Steps taken by patterns; tests hold them against the length of the text. */
  steps = 0;
  /** Of the last match: the part that is a secret. Of an undecided one: `start` is where such a part could begin. */
  start = 0;
  end = 0;
  /** A secret that was found. */
  #knownStart = 0;
  #knownEnd = 0;
  /** Of each set, the last run of its characters: a match that begins inside it knows its end. */
  readonly #runStarts: number[] = [];
  readonly #runEnds: number[] = [];
  /** Colours that the match under way may still pass over. */
  #crossings = 0;

  constructor(text: string, isWhole: boolean) {
    this.text = text;
    this.isWhole = isWhole;
  }

  /** The last match lies inside a secret that is known, so it need not be judged. */
  get isKnown(): boolean {
    return this.start > this.#knownStart && this.end <= this.#knownEnd;
  }

  know(): void {
    this.#knownStart = this.start;
    this.#knownEnd = this.end;
  }

  match(pattern: Pattern, from: number): Outcome {
    const { text } = this;
    const { parts, take_from: takeFrom, take_to: takeTo } = pattern;
    let at = from;
    let start = -1;
    this.#crossings = pattern.crosses_colours ? maxCrossings : 0;
    for (let index = 0; index < parts.length; index++) {
      if (index === takeFrom) start = at;
      if (index === takeTo) this.end = at;
      const part = parts[index] as Part;
      this.steps++;
      let end = part.is_colour
        ? this.#colourEnd(at)
        : part.max === 1
          ? this.#one(part, at)
          : this.#runEnd(part, at);
      let count = end - at;
      let seenTo = end;
      // A colour that the end of the text cuts may turn out to be characters of the secret.
      const secretFrom = part.is_colour ? at : end;
      if (index > 2 && count < part.max && this.#crossings > 0 && text.charCodeAt(end) === 27) {
        ({ end, count, seenTo } = this.#cross(part, end, count));
      }
      if (seenTo === text.length && count < part.max && !this.isWhole) {
        return this.#undecided(start < 0 ? secretFrom : start);
      }
      if (count < part.min) return "none";
      at = end;
    }
    if (takeTo === parts.length) this.end = at;
    const { followed_by: followedBy, not_followed_by: notFollowedBy } = pattern;
    if (followedBy || notFollowedBy) {
      if (at === text.length && !this.isWhole) return this.#undecided(start);
      const next = at < text.length ? indexOf(text.charCodeAt(at)) : -1;
      if (followedBy && next >= 0 && followedBy.set[next] === 0) return "none";
      if (notFollowedBy && next >= 0 && notFollowedBy.set[next] === 1) return "none";
    }
    this.start = start;
    return "match";
  }

  #undecided(start: number): Outcome {
    this.start = start;
    return "undecided";
  }

  /** Goes on behind colours, where the part does. */
  #cross(
    part: Part,
    from: number,
    counted: number,
  ): { end: number; count: number; seenTo: number } {
    const { text } = this;
    let end = from;
    let count = counted;
    let seenTo = end;
    while (
      !part.is_colour &&
      part.set[27] === 0 &&
      count < part.max &&
      this.#crossings > 0 &&
      text.charCodeAt(end) === 27
    ) {
      const next = this.#colourEnd(end);
      seenTo = next;
      if (next === end || next >= text.length) break;
      if (part.set[indexOf(text.charCodeAt(next))] === 0) {
        seenTo = end;
        break;
      }
      this.#crossings--;
      const rest = part.max - count;
      const to = rest === 1 ? next + 1 : this.#runEnd({ ...part, max: rest }, next);
      count += to - next;
      end = to;
      seenTo = to;
    }
    return { end, count, seenTo };
  }

  #one({ set }: Part, at: number): number {
    return at < this.text.length && set[indexOf(this.text.charCodeAt(at))] === 1 ? at + 1 : at;
  }

  /** The end of the text where a colour is cut. */
  #colourEnd(at: number): number {
    const { text } = this;
    if (text.charCodeAt(at) !== 27) return at;
    const part = text.slice(at, at + longestColour);
    const { length } = colour.exec(part)?.[0] ?? "";
    this.steps += length + 1;
    return at + part.length === text.length && openColour.test(part.slice(length))
      ? text.length
      : at + length;
  }

  #runEnd({ set, set_id: setId, max }: Part, at: number): number {
    const knownEnd = this.#runEnds[setId] ?? -1;
    if (at < knownEnd && at >= (this.#runStarts[setId] as number)) {
      return Math.min(knownEnd, at + max);
    }
    const { text } = this;
    let end = at;
    while (end < text.length && set[indexOf(text.charCodeAt(end))] === 1) end++;
    this.steps += end - at;
    this.#runStarts[setId] = at;
    this.#runEnds[setId] = end;
    return Math.min(end, at + max);
  }
}
