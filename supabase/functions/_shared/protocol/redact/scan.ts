/**
 * Finds secrets in one pass. Every rule begins at an anchor of at least three characters; a table of these threes tells
 * at a glance, for each place of the text, that no rule begins there. What an anchor leads to depends on at most
 * `lookBack` characters before it and on what its pattern walks over behind it, never on another secret: so the parts
 * of a text that comes in pieces can be judged as soon as they are complete, and alike.
 */
import {
  isAssignedToken,
  isEncodedText,
  isPassword,
  isRandom,
  judgedChars,
  passes,
} from "./checks.ts";
import { keyBlockAnchor, matchKeyBlock } from "./key-block.ts";
import {
  type NameForm,
  type NameRule,
  nameEndings,
  nameForms,
  nameRules,
  quotationMarks,
} from "./names.ts";
import { compilePattern, type Outcome, type Pattern, Reading, withoutColours } from "./pattern.ts";
import { tokenRules } from "./rules.ts";
import type { TokenRule } from "./token-rule.ts";

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
export const lookBack = 256;

interface Anchored {
  /** Whether it matches at `at`; the match is then in `reading`. */
  match(reading: Reading, at: number, found: (kind: string) => void): Outcome;
}

/** By three characters, of which five bits each count: upper and lower case are alike. */
const anchored = new Map<number, Anchored[]>();
const hasAnchor = new Uint8Array(32_768);
/** All that may begin with a character, for the end of a text whose next characters are not known. */
const byFirst = new Map<number, Set<Anchored>>();

const hashOf = (one: number, two: number, three: number): number =>
  ((one & 31) << 10) | ((two & 31) << 5) | (three & 31);

function add(sets: readonly (readonly number[])[], rule: Anchored): void {
  const [ones = [], twos = [], threes = []] = sets;
  const hashes = new Set<number>();
  for (const one of ones) {
    const rules = byFirst.get(one) ?? new Set();
    byFirst.set(one, rules.add(rule));
    for (const two of twos) for (const three of threes) hashes.add(hashOf(one, two, three));
  }
  for (const hash of hashes) {
    hasAnchor[hash] = 1;
    anchored.set(hash, [...(anchored.get(hash) ?? []), rule]);
  }
}

const members = (set: Uint8Array): number[] => [...set.keys()].filter((code) => set[code] === 1);
const codesOf = (text: string): number[][] =>
  [...text].map((char) =>
    [char.toLowerCase(), char.toUpperCase()].map((form) => form.charCodeAt(0)),
  );

const isWordCode = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 95;

const wordBreaks = new RegExp(
  `(?:\\\\[nrtbf]|\\\\u00[0-9a-f]{2}|%[0-9A-F]{2}|${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z])$`,
  "i",
);

/** No part of a token precedes it; escapes, percent codes and colours end a preceding token. */
function beginsWord(text: string, at: number): boolean {
  const previous = at === 0 ? 32 : text.charCodeAt(at - 1);
  // A removed secret may have been part of the same word: redacting twice changes nothing.
  if (previous === 93)
    return !/\[redacted-[a-z-]{1,30}\]$/.test(text.slice(Math.max(0, at - 42), at));
  if (!isWordCode(previous)) return true;
  const before = text.slice(Math.max(0, at - 16), at);
  return wordBreaks.test(before);
}

/** The word occurs earlier in the same line. */
function isNear(text: string, at: number, word: string): boolean {
  const before = text.slice(Math.max(0, at - lookBack), at);
  return before
    .slice(before.lastIndexOf("\n") + 1)
    .toLowerCase()
    .includes(word);
}

function tokenAnchor({ kind, glued, behind, near, check }: TokenRule, pattern: Pattern): Anchored {
  return {
    match(reading, at, found) {
      const { text } = reading;
      const outcome = reading.match(pattern, at);
      if (outcome === "none") return "none";
      if (!glued && !beginsWord(text, at)) return "none";
      if (behind && !(at > 0 && behind.includes(text[at - 1] as string))) return "none";
      if (near && !isNear(text, at, near)) return "none";
      if (
        outcome === "match" &&
        !reading.isKnown &&
        passes(check, withoutColours(text.slice(reading.start, reading.end)))
      )
        found(kind);
      return outcome;
    },
  };
}

for (const rule of tokenRules) {
  const pattern = compilePattern(rule.pattern, rule.any_case, true);
  add(
    pattern.parts.slice(0, 3).map(({ set }) => members(set)),
    tokenAnchor(rule, pattern),
  );
}

add(codesOf("BEG"), {
  match(reading, at, found) {
    if (!reading.text.startsWith(keyBlockAnchor, at)) return "none";
    const outcome = matchKeyBlock(reading, at);
    if (outcome === "match") found("private-key");
    return outcome;
  },
});

const forms = nameForms.flatMap((form) =>
  (form.pattern.includes("{q}") ? quotationMarks : [""]).map((mark) => ({
    form,
    pattern: compilePattern(form.pattern.replaceAll("{q}", mark)),
  })),
);

/** By the character behind the name: the forms that can go on with it. */
const formsByNext = Array.from({ length: 129 }, (_, code) =>
  forms.filter(({ pattern }) => {
    const required = pattern.parts.findIndex(({ min }) => min > 0);
    return pattern.parts.slice(0, required + 1).some(({ set }) => set[code] === 1);
  }),
);

const longestName = 64;
const namePart = (code: number): boolean => isWordCode(code) || code === 45 || code === 46;
const endings = new RegExp(`^(?:[_-]?(?:${nameEndings.join("|")}|\\d{1,3}))?$`, "i");

function nameAnchor(rule: NameRule): Anchored {
  const { word } = rule;
  return {
    match(reading, at, found) {
      const { text, isWhole } = reading;
      if (!hasWord(text, at, word)) return "none";
      let end = at + word.length;
      while (end < text.length && end < at + longestName && isWordOrHyphen(text.charCodeAt(end)))
        end++;
      reading.steps += end - at;
      reading.start = text.length;
      if (end === text.length) return isWhole ? "none" : "undecided";
      const next = Math.min(128, text.charCodeAt(end));
      const openForms = formsByNext[next] as typeof forms;
      if (openForms.length === 0) return "none";
      if (end > at + word.length && !endings.test(text.slice(at + word.length, end))) return "none";
      let start = at;
      while (start > 0 && at - start < longestName && namePart(text.charCodeAt(start - 1))) start--;
      reading.steps += at - start;
      const name = text.slice(start, end);
      const before = text.slice(start, at);
      if (!isSecretName(rule, before, name)) return "none";
      return matchForms(reading, openForms, rule, start, end, name, found);
    },
  };
}

function hasWord(text: string, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index++) {
    if ((text.charCodeAt(at + index) | 32) !== word.charCodeAt(index)) return false;
  }
  return true;
}

const isWordOrHyphen = (code: number): boolean => isWordCode(code) || code === 45;
const isVariable = (name: string): boolean => /^[A-Z][A-Z0-9_]*$/.test(name);

function isSecretName(rule: NameRule, before: string, name: string): boolean {
  const plain = before.toLowerCase().replace(/[_.-]/g, "");
  if (plain.endsWith("redacted")) return false;
  if (rule.apart && !isApart(before, name)) return false;
  if (rule.not_after?.some((word) => plain.endsWith(word))) return false;
  if (!rule.after || rule.after.some((word) => plain.endsWith(word))) return name !== "PWD";
  return (
    rule.any_variable === true && before.length > 1 && before.endsWith("_") && isVariable(name)
  );
}

const isApart = (before: string, name: string): boolean =>
  !/[A-Za-z]$/.test(before) || (/[a-z]$/.test(before) && /[A-Z]/.test(name[before.length] ?? ""));

const settingCommand = /(?:^|[^\w-])(?:ENV|setx|setenv|set -[a-zA-Z]{1,3})[ \t]{1,4}$/;

function matchForms(
  reading: Reading,
  openForms: typeof forms,
  rule: NameRule,
  nameStart: number,
  nameEnd: number,
  name: string,
  found: (kind: string) => void,
): Outcome {
  const { text } = reading;
  const isCapital = isVariable(name);
  let undecided = -1;
  let outcome: Outcome = "none";
  for (const { form, pattern } of openForms) {
    if (form.variable && !isCapital) continue;
    if (form.flag && !name.startsWith("--")) continue;
    if (form.command && !settingCommand.test(text.slice(Math.max(0, nameStart - 16), nameStart)))
      continue;
    if (form.tag && text[nameStart - 1] !== "<") continue;
    if (form.argument && !/\(["']$/.test(text.slice(Math.max(0, nameStart - 2), nameStart)))
      continue;
    const result = reading.match(pattern, nameEnd);
    if (result === "undecided") {
      undecided = undecided < 0 ? reading.start : Math.min(undecided, reading.start);
    } else if (
      result === "match" &&
      !reading.isKnown &&
      isSecretValue(reading, rule, form, name, nameStart, isCapital)
    ) {
      found(rule.kind);
      outcome = "match";
    }
  }
  if (undecided < 0) return outcome;
  reading.start = undecided;
  return "undecided";
}

function isSecretValue(
  { text, start, end }: Reading,
  rule: NameRule,
  form: NameForm,
  name: string,
  nameStart: number,
  isCapital: boolean,
): boolean {
  const value = text.slice(start, Math.min(end, start + judgedChars));
  if (name.toLowerCase() === "token" && isCommit(text, nameStart, value)) return false;
  if (form.random) return value.length >= 16 && isRandom(value);
  const isQuoted = "\"'`".includes(text[start - 1] as string);
  const isVariableSet =
    form.place === "assigned" && (form.flag === true || form.command === true || isCapital);
  const isParameter =
    form.place === "assigned" && "?&#;".includes(text[nameStart - 1] ?? " ") && !name.includes(".");
  const begins = beginsLine(text, nameStart);
  if (rule.value === "mixed") return passes("mixed", value);
  if (begins && form.place !== "anywhere" && isEncodedText(value)) return true;
  if (rule.value === "token") {
    if (isRandom(value)) return true;
    if (isVariableSet) return isAssignedToken(value, isQuoted);
    return form.place === "assigned" && (begins || isParameter) && isAssignedToken(value, true);
  }
  if (form.place === "anywhere") return /\d/.test(value) && isPassword(value, "no_word");
  if (isVariableSet || isParameter || (form.place === "assigned" && /\d/.test(value))) {
    return isPassword(value, "anything");
  }
  return isPassword(value, isQuoted || begins ? "word" : "no_word");
}

const commitWords = /(?:^|[^A-Za-z0-9])(?:commit|sha1?|ref|revision)(?![A-Za-z0-9])/i;

/** A hash of Git, in a line that speaks of one before the name. */
function isCommit(text: string, nameStart: number, value: string): boolean {
  if (!/^[0-9a-f]{40}$/.test(value)) return false;
  const before = text.slice(Math.max(0, nameStart - judgedChars), nameStart);
  return commitWords.test(before.slice(before.lastIndexOf("\n") + 1));
}

const beginsLine = (text: string, at: number): boolean =>
  /(?:^|\n)[ \t]{0,32}(?:- )?$/.test(text.slice(Math.max(0, at - 40), at));

for (const rule of nameRules) add(codesOf(rule.word), nameAnchor(rule));

/** A value under a name in structured data. */
export function isNamedSecret(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  return nameRules.some((rule) => {
    const at = lower.lastIndexOf(rule.word);
    if (at < 0 || !endings.test(name.slice(at + rule.word.length))) return false;
    if (!isSecretName(rule, name.slice(0, at), name)) return false;
    if (rule.value === "mixed") return passes("mixed", value);
    return rule.value === "password" ? isPassword(value, "word") : isRandom(value);
  });
}

/** Longer than any part of an anchor that the end of a text may cut. */
const resumeBehind = 24;

interface Found extends Secret {
  /** Where its rule began. */
  anchor: number;
}

/** `isWhole`: nothing follows the text. */
export function findSecrets(text: string, from = 0, isWhole = true): Findings {
  const { length } = text;
  const found: Found[] = [];
  let reading: Reading | null = null;
  let anchor = 0;
  let decidedTo = length;
  let resumeAt = isWhole ? length : Math.max(from, length - resumeBehind);
  const note = (kind: string): void => {
    const { start, end } = reading as Reading;
    if (end <= start) return;
    found.push({ start, end, kind, anchor });
    reading?.know();
  };
  const look = (rules: Iterable<Anchored>, at: number): void => {
    reading ??= new Reading(text, isWhole);
    anchor = at;
    for (const rule of rules) {
      reading.steps++;
      if (rule.match(reading, at, note) !== "undecided") continue;
      decidedTo = Math.min(decidedTo, reading.start);
      resumeAt = Math.min(resumeAt, at);
    }
  };
  let hash = 0;
  if (from < length) hash = text.charCodeAt(from) & 31;
  if (from + 1 < length) hash = (hash << 5) | (text.charCodeAt(from + 1) & 31);
  for (let at = from + 2; at < length; at++) {
    hash = ((hash << 5) | (text.charCodeAt(at) & 31)) & 0x7fff;
    if (hasAnchor[hash] === 1) look(anchored.get(hash) as Anchored[], at - 2);
  }
  if (!isWhole) {
    for (let at = Math.max(from, length - 2); at < length; at++) {
      look(byFirst.get(Math.min(128, text.charCodeAt(at))) ?? [], at);
    }
  }
  const steps = length - from + ((reading as Reading | null)?.steps ?? 0);
  if (found.length === 0)
    return { secrets: found, decided_to: decidedTo, resume_at: resumeAt, steps };
  const secrets = joined(found);
  // Undecided text may lengthen a decided secret.
  const first = secrets.findIndex(({ end }) => end > decidedTo);
  if (first < 0) return { secrets, decided_to: decidedTo, resume_at: resumeAt, steps };
  const left = secrets.slice(first);
  return {
    secrets: secrets.slice(0, first),
    decided_to: Math.min(decidedTo, (left[0] as Found).start),
    resume_at: left.reduce((least, secret) => Math.min(least, secret.anchor), resumeAt),
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
