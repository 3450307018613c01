/**
 * Secrets in text that is about to be shown: tokens of known form, private keys, passwords in addresses, cookies, and
 * values whose name says that they are secret. What only looks random (commit hashes, UUIDs, base64 pictures) stays; so
 * do references to a secret, such as `$TOKEN` or `process.env.TOKEN`.
 */
import { findSecrets, lookBack, type Secret } from "./scan.ts";

/** The mark that replaces a secret. One word, so that addresses and command lines keep their parts. */
export const redacted = (kind: string): string => `[redacted-${kind}]`;

/** The same text with each secret replaced. */
export const redact = (text: string): string => markSecrets(text, findSecrets(text).secrets);

/**
 * The text with a mark for each of its secrets, which stand in order; for one without a kind, nothing. `cutsMarks`: none
 * becomes longer than its secret.
 */
export function markSecrets(text: string, secrets: readonly Secret[], cutsMarks = false): string {
  if (secrets.length === 0) return text;
  let shown = "";
  let at = 0;
  for (const { start, end, kind } of secrets) {
    const mark = kind === "" ? "" : redacted(kind);
    shown += text.slice(at, start) + (cutsMarks ? mark.slice(0, end - start) : mark);
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
  /** Undecided text, after the text that decisions look back at. */
  #text = "";
  #shownTo = 0;
  #resumeAt = 0;

  /** Characters that wait. */
  get held(): number {
    return this.#text.length - this.#shownTo;
  }

  push(piece: string): string {
    this.#text += piece;
    return this.#show(false);
  }

  /** The rest; the next push begins another text. */
  end(): string {
    const rest = this.held > 0 ? this.#show(true) : "";
    this.#text = "";
    this.#shownTo = 0;
    this.#resumeAt = 0;
    return rest;
  }

  #show(isWhole: boolean): string {
    const {
      secrets,
      decided_to: decidedTo,
      resume_at: resumeAt,
    } = findSecrets(this.#text, this.#resumeAt, isWhole);
    const from = this.#shownTo;
    const to = Math.max(from, decidedTo);
    const fresh = secrets
      .filter(({ end }) => end > from)
      .map(({ start, end, kind }) => ({ start: start - from, end: end - from, kind }));
    const shown = markSecrets(this.#text.slice(from, to), fresh);
    this.#shownTo = to;
    const gone = Math.max(0, Math.min(this.#shownTo, resumeAt) - lookBack);
    this.#text = gone > 0 ? this.#text.slice(gone) : this.#text;
    this.#shownTo -= gone;
    this.#resumeAt = resumeAt - gone;
    return shown;
  }
}
