/** The form of a rule for tokens; rules.ts and rules-commands.ts have the rules. */

/** Named conditions on the text that a pattern took; checks.ts has one function for each. */
export type CheckName =
  /** Letters and digits mixed as chance mixes them, not words and versions. */
  | "random"
  /** The same, in a single piece of twelve characters or more. */
  | "dense"
  /** Stands for a secret without being one: a placeholder, a variable, a type, a call. */
  | "no_reference"
  /** Base64 of `user:password`. */
  | "basic_login"
  /** `name=value` with a value worth keeping. */
  | "cookie"
  /** Letters with digits or signs, of six characters or more. */
  | "mixed"
  /** Words of three to eight small letters. */
  | "words";

export interface TokenRule {
  kind: string;
  /** Its first three parts are single characters: the search looks for them. */
  pattern: string;
  any_case?: true;
  /** A letter, digit or underscore may stand right before it. */
  glued?: true;
  /** One of these must stand right before it. */
  behind?: string;
  /** This word, in any case, must stand before it in its line, within 256 characters. */
  near?: string;
  check?: CheckName;
}
