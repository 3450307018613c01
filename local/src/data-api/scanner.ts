import { ApiError } from "./api-error.ts";

/** Reads one query-string value from left to right; bad syntax fails with PostgREST's PGRST100. */
export class Scanner {
  readonly #text: string;
  readonly #what: string;
  #at = 0;

  /** @param what the kind of parameter, for the message: "filter", "order", "select parameter" … */
  constructor(text: string, what: string) {
    this.#text = text;
    this.#what = what;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Consumes the match of a sticky (`y`) pattern. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }

  take(token: string): boolean {
    const here = this.#text.startsWith(token, this.#at);
    if (here) this.#at += token.length;
    return here;
  }

  lookingAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  expect(token: string): void {
    if (!this.take(token)) this.fail(`"${token}"`);
  }

  skipSpaces(): void {
    this.match(/[ \t]*/y);
  }

  rest(): string {
    const rest = this.#text.slice(this.#at);
    this.#at = this.#text.length;
    return rest;
  }

  expectEnd(): void {
    if (!this.done) this.fail("end of input");
  }

  fail(expecting: string): never {
    const found = this.done ? "end of input" : `"${String.fromCodePoint(this.#next())}"`;
    throw new ApiError(
      400,
      "PGRST100",
      `"failed to parse ${this.#what} (${this.#text})" (line 1, column ${this.#at + 1})`,
      { details: `unexpected ${found} expecting ${expecting}` },
    );
  }

  #next(): number {
    return this.#text.codePointAt(this.#at) ?? 0;
  }
}
