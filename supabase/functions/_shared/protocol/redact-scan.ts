/**
 * Finds secrets in one pass. Every rule begins at an anchor of at least three characters; a table of these threes tells
 * at a glance, for each place of the text, that no rule begins there. What an anchor leads to depends on at most
 * `look_back` characters before it and on what its pattern walks over behind it, never on another secret: so the parts
 * of a text that comes in pieces can be judged as soon as they are complete, and alike.
 */
import {
  is_assigned_token,
  is_password,
  is_random,
  judged_chars,
  passes,
} from "./redact-checks.ts";
import { key_block_anchor, match_key_block } from "./redact-key-block.ts";
import {
  type NameForm,
  type NameRule,
  name_endings,
  name_forms,
  name_rules,
  quotation_marks,
} from "./redact-names.ts";
import { compile_pattern, type Outcome, type Pattern, Reading } from "./redact-pattern.ts";
import { type TokenRule, token_rules } from "./redact-rules.ts";

export interface Secret {
  start: number;
  end: number;
  kind: string;
}

export interface Findings {
  /** In order, apart from each other. */
  secrets: Secret[];
  /** From here on nothing is decided; the length of the text when it is whole. */
  decided_to: number;
  /** Where to go on when more text has come. */
  resume_at: number;
  /** Work done, in steps that each take the same time. */
  steps: number;
}

/** Characters before an anchor that a rule may look at. */
export const look_back = 256;

interface Anchored {
  /** Whether it matches at `at`; the match is then in `reading`. */
  match(reading: Reading, at: number, found: (kind: string) => void): Outcome;
}

/** By three characters, of which five bits each count: upper and lower case are alike. */
const anchored = new Map<number, Anchored[]>();
const has_anchor = new Uint8Array(32_768);
/** All that may begin with a character, for the end of a text whose next characters are not known. */
const by_first = new Map<number, Set<Anchored>>();

const hash_of = (one: number, two: number, three: number): number =>
  ((one & 31) << 10) | ((two & 31) << 5) | (three & 31);

function add(sets: readonly (readonly number[])[], rule: Anchored): void {
  const [ones = [], twos = [], threes = []] = sets;
  const hashes = new Set<number>();
  for (const one of ones) {
    const rules = by_first.get(one) ?? new Set();
    by_first.set(one, rules.add(rule));
    for (const two of twos) for (const three of threes) hashes.add(hash_of(one, two, three));
  }
  for (const hash of hashes) {
    has_anchor[hash] = 1;
    anchored.set(hash, [...(anchored.get(hash) ?? []), rule]);
  }
}

const members = (set: Uint8Array): number[] => [...set.keys()].filter((code) => set[code] === 1);
const codes_of = (text: string): number[][] =>
  [...text].map((char) =>
    [char.toLowerCase(), char.toUpperCase()].map((form) => form.charCodeAt(0)),
  );

const is_word_code = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 95;

const word_breaks = new RegExp(
  `(?:\\\\[nrtbf]|\\\\u00[0-9a-f]{2}|%[0-9A-F]{2}|${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z])$`,
  "i",
);

/** Nothing that a token could go on from stands before it; escapes, percent codes and colours end what was before. */
function begins_word(text: string, at: number): boolean {
  const previous = at === 0 ? 32 : text.charCodeAt(at - 1);
  // What was taken out may have been a part of the same word: redacting twice changes nothing.
  if (previous === 93)
    return !/\[redacted-[a-z-]{1,30}\]$/.test(text.slice(Math.max(0, at - 42), at));
  if (!is_word_code(previous)) return true;
  const before = text.slice(Math.max(0, at - 16), at);
  return word_breaks.test(before);
}

/** The word stands before in the same line. */
function is_near(text: string, at: number, word: string): boolean {
  const before = text.slice(Math.max(0, at - look_back), at);
  return before
    .slice(before.lastIndexOf("\n") + 1)
    .toLowerCase()
    .includes(word);
}

function token_anchor({ kind, glued, behind, near, check }: TokenRule, pattern: Pattern): Anchored {
  return {
    match(reading, at, found) {
      const { text } = reading;
      const outcome = reading.match(pattern, at);
      if (outcome === "none") return "none";
      if (!glued && !begins_word(text, at)) return "none";
      if (behind && !(at > 0 && behind.includes(text[at - 1] as string))) return "none";
      if (near && !is_near(text, at, near)) return "none";
      if (
        outcome === "match" &&
        !reading.is_known &&
        passes(check, text.slice(reading.start, reading.end))
      )
        found(kind);
      return outcome;
    },
  };
}

for (const rule of token_rules) {
  const pattern = compile_pattern(rule.pattern, rule.any_case);
  add(
    pattern.parts.slice(0, 3).map(({ set }) => members(set)),
    token_anchor(rule, pattern),
  );
}

add(codes_of("BEG"), {
  match(reading, at, found) {
    if (!reading.text.startsWith(key_block_anchor, at)) return "none";
    const outcome = match_key_block(reading, at);
    if (outcome === "match") found("private-key");
    return outcome;
  },
});

const forms = name_forms.flatMap((form) =>
  (form.pattern.includes("{q}") ? quotation_marks : [""]).map((mark) => ({
    form,
    pattern: compile_pattern(form.pattern.replaceAll("{q}", mark)),
  })),
);

/** By the character behind the name: the forms that can go on with it. */
const forms_by_next = Array.from({ length: 129 }, (_, code) =>
  forms.filter(({ pattern }) => {
    const required = pattern.parts.findIndex(({ min }) => min > 0);
    return pattern.parts.slice(0, required + 1).some(({ set }) => set[code] === 1);
  }),
);

const longest_name = 64;
const name_part = (code: number): boolean => is_word_code(code) || code === 45 || code === 46;
const endings = new RegExp(`^(?:[_-]?(?:${name_endings.join("|")}|\\d{1,3}))?$`, "i");

function name_anchor(rule: NameRule): Anchored {
  const { word } = rule;
  return {
    match(reading, at, found) {
      const { text, is_whole } = reading;
      if (!has_word(text, at, word)) return "none";
      let end = at + word.length;
      while (
        end < text.length &&
        end < at + longest_name &&
        is_word_or_hyphen(text.charCodeAt(end))
      )
        end++;
      reading.steps += end - at;
      reading.start = text.length;
      if (end === text.length) return is_whole ? "none" : "undecided";
      const next = Math.min(128, text.charCodeAt(end));
      const open_forms = forms_by_next[next] as typeof forms;
      if (open_forms.length === 0) return "none";
      if (end > at + word.length && !endings.test(text.slice(at + word.length, end))) return "none";
      let start = at;
      while (start > 0 && at - start < longest_name && name_part(text.charCodeAt(start - 1)))
        start--;
      reading.steps += at - start;
      const name = text.slice(start, end);
      const before = text.slice(start, at);
      if (!is_secret_name(rule, before, name)) return "none";
      return match_forms(reading, open_forms, rule, start, end, name, found);
    },
  };
}

function has_word(text: string, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) {
    if ((text.charCodeAt(at + index) | 32) !== word.charCodeAt(index)) return false;
  }
  return true;
}

const is_word_or_hyphen = (code: number): boolean => is_word_code(code) || code === 45;
const is_variable = (name: string): boolean => /^[A-Z][A-Z0-9_]*$/.test(name);

function is_secret_name(rule: NameRule, before: string, name: string): boolean {
  const plain = before.toLowerCase().replace(/[_.-]/g, "");
  if (plain.endsWith("redacted")) return false;
  if (rule.not_after?.some((word) => plain.endsWith(word))) return false;
  if (!rule.after || rule.after.some((word) => plain.endsWith(word))) return name !== "PWD";
  return (
    rule.any_variable === true && before.length > 1 && before.endsWith("_") && is_variable(name)
  );
}

function match_forms(
  reading: Reading,
  open_forms: typeof forms,
  rule: NameRule,
  name_start: number,
  name_end: number,
  name: string,
  found: (kind: string) => void,
): Outcome {
  const { text } = reading;
  const is_capital = is_variable(name);
  let undecided = -1;
  let outcome: Outcome = "none";
  for (const { form, pattern } of open_forms) {
    if (form.variable && !is_capital) continue;
    if (form.flag && !name.startsWith("--")) continue;
    if (form.tag && text[name_start - 1] !== "<") continue;
    const result = reading.match(pattern, name_end);
    if (result === "undecided") {
      undecided = undecided < 0 ? reading.start : Math.min(undecided, reading.start);
    } else if (
      result === "match" &&
      !reading.is_known &&
      is_secret_value(reading, rule, form, name, name_start, is_capital)
    ) {
      found(rule.kind);
      outcome = "match";
    }
  }
  if (undecided < 0) return outcome;
  reading.start = undecided;
  return "undecided";
}

function is_secret_value(
  { text, start, end }: Reading,
  rule: NameRule,
  form: NameForm,
  name: string,
  name_start: number,
  is_capital: boolean,
): boolean {
  const value = text.slice(start, Math.min(end, start + judged_chars));
  if (form.random) return value.length >= 16 && is_random(value);
  const is_quoted = "\"'`".includes(text[start - 1] as string);
  const is_variable_set = form.place === "assigned" && (form.flag === true || is_capital);
  const is_parameter =
    form.place === "assigned" &&
    "?&#;".includes(text[name_start - 1] ?? " ") &&
    !name.includes(".");
  const begins = begins_line(text, name_start);
  if (rule.value === "token") {
    if (is_random(value)) return true;
    if (is_variable_set) return is_assigned_token(value, is_quoted);
    return form.place === "assigned" && (begins || is_parameter) && is_assigned_token(value, true);
  }
  if (form.place === "anywhere") return /\d/.test(value) && is_password(value, "no_word");
  if (is_variable_set || is_parameter || (form.place === "assigned" && /\d/.test(value))) {
    return is_password(value, "anything");
  }
  return is_password(value, is_quoted || begins ? "word" : "no_word");
}

const begins_line = (text: string, at: number): boolean =>
  /(?:^|\n)[ \t]{0,32}(?:- )?$/.test(text.slice(Math.max(0, at - 40), at));

for (const rule of name_rules) add(codes_of(rule.word), name_anchor(rule));

/** A value that stands under a name in structured data. */
export function is_named_secret(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  return name_rules.some((rule) => {
    const at = lower.lastIndexOf(rule.word);
    if (at < 0 || !endings.test(name.slice(at + rule.word.length))) return false;
    if (!is_secret_name(rule, name.slice(0, at), name)) return false;
    return rule.value === "password" ? is_password(value, "word") : is_random(value);
  });
}

/** Longer than any part of an anchor that the end of a text may cut. */
const resume_behind = 24;

interface Found extends Secret {
  /** Where its rule began. */
  anchor: number;
}

/** `is_whole`: nothing follows the text. */
export function find_secrets(text: string, from = 0, is_whole = true): Findings {
  const { length } = text;
  const found: Found[] = [];
  let reading: Reading | null = null;
  let anchor = 0;
  let decided_to = length;
  let resume_at = is_whole ? length : Math.max(from, length - resume_behind);
  const note = (kind: string): void => {
    const { start, end } = reading as Reading;
    if (end <= start) return;
    found.push({ start, end, kind, anchor });
    reading?.know();
  };
  const look = (rules: Iterable<Anchored>, at: number): void => {
    reading ??= new Reading(text, is_whole);
    anchor = at;
    for (const rule of rules) {
      reading.steps++;
      if (rule.match(reading, at, note) !== "undecided") continue;
      decided_to = Math.min(decided_to, reading.start);
      resume_at = Math.min(resume_at, at);
    }
  };
  let hash = 0;
  if (from < length) hash = text.charCodeAt(from) & 31;
  if (from + 1 < length) hash = (hash << 5) | (text.charCodeAt(from + 1) & 31);
  for (let at = from + 2; at < length; at++) {
    hash = ((hash << 5) | (text.charCodeAt(at) & 31)) & 0x7fff;
    if (has_anchor[hash] === 1) look(anchored.get(hash) as Anchored[], at - 2);
  }
  if (!is_whole) {
    for (let at = Math.max(from, length - 2); at < length; at++) {
      look(by_first.get(Math.min(128, text.charCodeAt(at))) ?? [], at);
    }
  }
  const steps = length - from + ((reading as Reading | null)?.steps ?? 0);
  if (found.length === 0) return { secrets: found, decided_to, resume_at, steps };
  const secrets = joined(found);
  // What is not decided may lengthen a secret that is.
  const first = secrets.findIndex(({ end }) => end > decided_to);
  if (first < 0) return { secrets, decided_to, resume_at, steps };
  const left = secrets.slice(first);
  return {
    secrets: secrets.slice(0, first),
    decided_to: Math.min(decided_to, (left[0] as Found).start),
    resume_at: left.reduce((least, secret) => Math.min(least, secret.anchor), resume_at),
    steps,
  };
}

/** Secrets that overlap are one, of the kind that begins first; of two, that of the form and not of the name. */
function joined(found: Found[]): Found[] {
  found.sort((one, other) => one.start - other.start || other.anchor - one.anchor);
  const secrets: Found[] = [];
  for (const secret of found) {
    const last = secrets.at(-1);
    if (last && secret.start < last.end) {
      last.end = Math.max(last.end, secret.end);
      last.anchor = Math.min(last.anchor, secret.anchor);
    } else secrets.push(secret);
  }
  return secrets;
}
