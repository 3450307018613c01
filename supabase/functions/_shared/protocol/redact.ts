/**
 * Secrets in text that is about to be shown: tokens of known form, private keys, passwords in addresses, cookies, and
 * values whose name says that they are secret. What only looks random (commit hashes, UUIDs, base64 pictures) stays; so
 * do references to a secret, such as `$TOKEN` or `process.env.TOKEN`.
 */
import { find_secrets, look_back, type Secret } from "./redact-scan.ts";

/** What stands in the place of a secret. One word, so that addresses and command lines keep their parts. */
export const redacted = (kind: string): string => `[redacted-${kind}]`;

/** The same text with each secret replaced. */
export const redact = (text: string): string => mark_secrets(text, find_secrets(text).secrets);

/**
 * The text with a mark for each of its secrets, which stand in order; for one without a kind, nothing. `cuts_marks`: none
 * becomes longer than its secret.
 */
export function mark_secrets(text: string, secrets: readonly Secret[], cuts_marks = false): string {
  if (secrets.length === 0) return text;
  let shown = "";
  let at = 0;
  for (const { start, end, kind } of secrets) {
    const mark = kind === "" ? "" : redacted(kind);
    shown += text.slice(at, start) + (cuts_marks ? mark.slice(0, end - start) : mark);
    at = end;
  }
  return shown + text.slice(at);
}

/**
 * Redacts a text that comes in pieces: what `push` and `end` return, joined, is what `redact` makes of the pieces
 * joined, however they are cut. Only what could be a part of a secret waits for what follows: at most the 8,192
 * characters of the longest value, or the 32,768 of a private key.
 */
export class StreamRedactor {
  /** What is not decided, and before it what is looked back at. */
  #text = "";
  #shown_to = 0;
  #resume_at = 0;

  /** Characters that wait. */
  get held(): number {
    return this.#text.length - this.#shown_to;
  }

  push(piece: string): string {
    this.#text += piece;
    return this.#show(false);
  }

  /** The rest; what is pushed next begins another text. */
  end(): string {
    const rest = this.held > 0 ? this.#show(true) : "";
    this.#text = "";
    this.#shown_to = 0;
    this.#resume_at = 0;
    return rest;
  }

  #show(is_whole: boolean): string {
    const { secrets, decided_to, resume_at } = find_secrets(this.#text, this.#resume_at, is_whole);
    const from = this.#shown_to;
    const to = Math.max(from, decided_to);
    const fresh = secrets
      .filter(({ end }) => end > from)
      .map(({ start, end, kind }) => ({ start: start - from, end: end - from, kind }));
    const shown = mark_secrets(this.#text.slice(from, to), fresh);
    this.#shown_to = to;
    const gone = Math.max(0, Math.min(this.#shown_to, resume_at) - look_back);
    this.#text = gone > 0 ? this.#text.slice(gone) : this.#text;
    this.#shown_to -= gone;
    this.#resume_at = resume_at - gone;
    return shown;
  }
}
