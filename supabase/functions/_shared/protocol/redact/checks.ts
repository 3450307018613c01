/** Checks whether a candidate is a secret. Each check reads a bounded part of the value. */

import { trimEnd } from "../text.ts";
import type { CheckName } from "./token-rule.ts";

/** Enough to judge by, so that a check costs the same for every value. */
export const judgedChars = 64;

const words = new RegExp(
  `^(?:${[
    "true|false|null|nil|none|undefined|string|str|text|bytes?|number|boolean|object|any|unknown|buffer",
    "required|optional|empty|hidden|visible|enabled|disabled|masked|unset|missing|invalid|default",
    "change_?me|placeholder|redacted|removed|secret|password|passwd|pass|pwd|token|user|username",
    "incorrect|mismatch|different|protected|confirmed|forgotten|passwort|wachtwoord|contrasena|encrypted",
    "foo|bar|baz|test|todo|tbd|n/?a|abc|xyz|value|key|api_?key|example|dummy|fake|sample|admin",
  ].join("|")})$`,
  "i",
);

/** A reference to a value, or a placeholder for one. */
const beginnings = new RegExp(
  `^(?:${[
    "0x[0-9a-f]{1,8}$|\\[|\\$[A-Za-z_{(]|\\$\\d|\\$$|%[A-Za-z({]|%$|\\{|<|\\*{3}|&[a-z]|#\\{|@\\{|\\.{3}|…",
    "(?:your|my|the|some|insert|enter|replace|example|dummy|fake|sample|placeholder|redacted|process|os|env)(?:[_.\\-[:]|$)",
    "(?:import|self|this|config|settings|secrets|vault|op|ssm|arn|file|https?|data)(?:[.[:]|$)",
  ].join("|")})`,
  "i",
);

const isPath = /^(?:\.{0,2}\/[A-Za-z_.]|~\/|[A-Za-z]:\\)/;
const dottedName = /^[A-Za-z_$]+(?:\??\.[A-Za-z_$]+\d?)+$/;
const version = /^v?\d+\.\d+\.|^\d{4}-\d\d-\d\d/;
/** A placeholder, a variable, a type, a call. */
function isReference(value: string): boolean {
  const start = value.slice(0, judgedChars);
  if (start.length <= longestWord && words.test(start)) return true;
  // Its secret part is gone; redacting twice changes nothing.
  if (start.includes("[redacted-")) return true;
  if (beginnings.test(start) || call.test(start) || fillers.test(start)) return true;
  return isRepeated(start);
}

const longestWord = 12;
const call = /^[\w$.]{1,40}\(/;
const fillers = /x{6}|\*{4}|\.{4}|<[a-z]|\$\{/i;
/** `xxxx`, `--------`. */
function isRepeated(value: string): boolean {
  for (let index = 1; index < value.length; index++) {
    if (value[index] !== value[0]) return false;
  }
  return true;
}

interface Shape {
  letters: number;
  digits: number;
  /** Runs of one kind: digits, capitals, small letters with the one capital before them. */
  runs: number;
  /** Neighbours of different kinds. */
  switches: number;
  distinct: number;
}

function shapeOf(value: string): Shape {
  const shape = { letters: 0, digits: 0, runs: 0, switches: 0, distinct: 0 };
  const seen = [0, 0, 0, 0];
  let before = 0;
  let capitals = 0;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index) & 127;
    const bit = 1 << (code & 31);
    if (((seen[code >> 5] as number) & bit) === 0) {
      seen[code >> 5] = (seen[code >> 5] as number) | bit;
      shape.distinct++;
    }
    const kind = kindOf(code);
    if (kind === 1) shape.digits++;
    else if (kind !== 0) shape.letters++;
    const isCapitalized = before === 2 && kind === 3 && capitals === 1;
    if (kind !== 0 && kind !== before && !isCapitalized) {
      shape.runs++;
      if (before !== 0) shape.switches++;
    }
    capitals = kind === 2 ? capitals + 1 : 0;
    before = kind;
  }
  return shape;
}

const kindOf = (code: number): 0 | 1 | 2 | 3 => {
  if (code >= 48 && code <= 57) return 1;
  if (code >= 65 && code <= 90) return 2;
  return code >= 97 && code <= 122 ? 3 : 0;
};

/** Letters and digits as chance mixes them: short runs, many different characters. */
export function isRandom(value: string): boolean {
  const start = value.slice(0, judgedChars);
  if (start.length < 8) return false;
  const { letters, digits, runs, switches, distinct } = shapeOf(start);
  if (letters === 0 || (letters + digits) * 2 < start.length) return false;
  if (distinct < Math.min(10, start.length * 0.4)) return false;
  if (start.length >= 32 && digits > 0 && /^[0-9a-f]+$/i.test(start)) return !isReference(start);
  // Mailchimp's keys are hexadecimal, with the name of a data centre behind them.
  if (/^[0-9a-f]{32}-[a-z]{2}\d{1,2}$/.test(start)) return digits > 0;
  const longest = digits > 0 ? 3.6 : 2.6;
  if (switches < (digits > 0 ? 3 : 5) || letters + digits > runs * longest) return false;
  if (version.test(start) || dottedName.test(start) || isPath.test(start)) return false;
  return !isReference(start);
}

/** Some piece between separators is long, of letters and digits in turn. */
function isDense(value: string): boolean {
  const start = value.slice(0, judgedChars);
  if (!/[A-Za-z0-9]{12}/.test(start) || isReference(start)) return false;
  return start.split(/[^A-Za-z0-9]/).some((piece) => {
    if (piece.length < 12) return false;
    const { letters, digits, switches } = shapeOf(piece);
    return letters > 0 && digits > 0 && (switches >= 3 || piece.length >= 20);
  });
}

/** Capitals and small letters in turn, as no name has them: `hyebOUbSmVrAwn`. */
function isShuffled(value: string): boolean {
  if (!/^[A-Za-z]{10,}$/.test(value)) return false;
  const { letters, runs, switches } = shapeOf(value);
  return switches >= 4 && letters <= runs * 2.6;
}

/**
 * `anything`: nothing else than a password can stand here. `word`: a word can be one when it is long. `no_word`: a word
 * is a label or the name of a variable.
 */
export type PasswordPlace = "anything" | "word" | "no_word";

export function isPassword(value: string, place: PasswordPlace): boolean {
  const start = value.slice(0, judgedChars);
  if (start.length < 4 || isReference(start) || dottedName.test(start)) return false;
  if (place === "anything" || (place === "word" && /^[a-z]{8,}$/.test(start))) return true;
  if (place === "word" && wordChain.test(start) && !labelWord.test(start)) return true;
  const hasDigit = /\d/.test(start);
  const hasLetter = /[A-Za-z]/.test(start);
  const hasSign = /[!@#$%^&*?+=~]/.test(start);
  if (place === "word" && isShuffled(start)) return true;
  return hasLetter ? hasDigit || hasSign : hasDigit && hasSign;
}

/** The value of an environment variable whose name says that it is a token; in quotes it may be a name of its own. */
export function isAssignedToken(value: string, isQuoted: boolean): boolean {
  const start = value.slice(0, judgedChars);
  if (start.length < 8 || isReference(start) || isPath.test(start)) return false;
  if (!isQuoted && /^[a-z]+$/.test(start)) return true;
  return /\d/.test(start) && /[A-Za-z]/.test(start);
}

/**
 * What a name as weak as `pass` needs: letters and digits or signs; no version, no number with its unit, as in reports of
 * tests, no sentence of a language without spaces.
 */
function isMixed(value: string): boolean {
  const start = value.slice(0, judgedChars);
  if (!/^[!-~]{6,}$/.test(start) || version.test(start)) return false;
  return !/^[\d.,:/]+[a-z%]{0,6}$/i.test(start) && isPassword(start, "no_word");
}

/** Base64 of a text, as a Kubernetes Secret has it; words are of one case, and what they decode to is none. */
export function isEncodedText(value: string): boolean {
  if (value.length < 8 || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(value))
    return false;
  return /[a-z]/.test(value) && /[A-Z]/.test(value) && /^[ -~\r\n]{4,}$/.test(decodedBase64(value));
}

/** `correct-horse-battery-staple`: three words or more, none of which says what the text is for. */
const wordChain = /^[a-z]{3,}(?:-[a-z]{3,}){2,}$/;
const labelWord =
  /(?:^|-)(?:pass(?:word|phrase|code|wd)?|tokens?|secrets?|keys?|fields?|input|form|label|text|value|your|the|new|current|old|forgot|reset|enter|confirm|change|invalid|required|not|is|must|hash|type|name|page|link|button|error|message|icon|manager)(?:-|$)/;

function decodedBase64(value: string): string {
  const start = trimEnd(value.slice(0, judgedChars), "=");
  try {
    return atob(start.slice(0, start.length - (start.length % 4 === 1 ? 1 : 0)));
  } catch {
    return "";
  }
}

const hasRandomPair = (value: string): boolean =>
  /^[^=;\s]{1,128}=[^;\s]/.test(value) &&
  value
    .slice(0, 256)
    .split(/[;\s]/)
    .some((pair) => isSession(pair.slice(pair.indexOf("=") + 1)));

const isSession = (value: string): boolean =>
  isRandom(value) || (value.length >= 12 && isAssignedToken(value, true));

const checks: Record<CheckName, (value: string) => boolean> = {
  random: isRandom,
  dense: isDense,
  no_reference: (value) => !isReference(value),
  basic_login: (value) => /^[ -~]{1,120}:[ -~]+$/.test(decodedBase64(value)),
  cookie: hasRandomPair,
  mixed: isMixed,
  words: (value) => /^(?:[a-z]{3,8} ){7,}/.test(value.slice(0, judgedChars)),
};

/** Without a condition, only what is filled with `x` and the like, or with one character, is no secret. */
export const passes = (check: CheckName | undefined, value: string): boolean =>
  check === undefined ? !/^(?:[x*._-]+|(.)\1{11})$/i.test(value.slice(-12)) : checks[check](value);
