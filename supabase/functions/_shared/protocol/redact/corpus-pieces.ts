/** What invented secrets are put together of. */

export const digits = "0123456789";
const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
export const alphabets = {
  hex: `${digits}abcdef`,
  digits,
  alphanumeric: digits + lower + upper,
  capitals: digits + upper,
  small: digits + lower,
  url: `${digits}${lower}${upper}_-`,
  base64: `${digits}${lower}${upper}+/`,
} as const;

export type Alphabet = keyof typeof alphabets;

/** Prefix, alphabet, length; and once more for what consists of several pieces. */
export type Piece = string | readonly [Alphabet, number];

export interface Setting {
  pieces: readonly Piece[];
  texts: readonly string[];
}
