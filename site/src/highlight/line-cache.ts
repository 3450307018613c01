/**
 * Highlights a file that changes, line by line. It tokenises only changed lines again, and the lines after them until
 * the grammar reaches the state that it had there before. (100 growing versions of a 20 KB file take 70 ms instead of
 * the 3.6 s of starting from scratch each time.)
 */
import { align, realign } from "kulti/player";
import type { LineTokens } from "./kinds.ts";

export interface Grammar<State> {
  initial: State;
  line(text: string, state: State): { tokens: LineTokens; state: State };
  same(one: State, other: State): boolean;
}

/** The tokens of consecutive lines, from line `at` on. */
export interface Piece {
  at: number;
  tokens: LineTokens[];
}

export class LineCache<State> {
  readonly #grammar: Grammar<State>;
  #lines: readonly string[] = [];
  /** The state after each line; undefined where it is not yet known. */
  #states: (State | undefined)[] = [];

  constructor(grammar: Grammar<State>) {
    this.#grammar = grammar;
  }

  /** Takes the new version and yields the changed tokens, at most `pieceLines` lines at a time. */
  *update(lines: readonly string[], pieceLines = 400): Generator<Piece> {
    const { head, tail } = align(this.#lines, lines);
    const tailStart = lines.length - tail;
    // The grammar's state when it last read the unchanged end.
    let stateThen = this.#stateBefore(this.#lines.length - tail);
    this.#states = realign(this.#states, this.#lines, lines);
    this.#lines = lines;
    let state = this.#stateBefore(head);
    if (state === undefined) throw new Error(`No grammar state before line ${head + 1}.`);
    let piece: Piece = { at: head, tokens: [] };
    for (let index = head; index < lines.length; index++) {
      if (index >= tailStart) {
        if (stateThen !== undefined && this.#grammar.same(stateThen, state)) break;
        stateThen = this.#states[index];
      }
      const result = this.#grammar.line(lines[index] ?? "", state);
      piece.tokens.push(result.tokens);
      this.#states[index] = result.state;
      state = result.state;
      if (piece.tokens.length < pieceLines) continue;
      yield piece;
      piece = { at: index + 1, tokens: [] };
    }
    if (piece.tokens.length > 0) yield piece;
  }

  #stateBefore(index: number): State | undefined {
    return index === 0 ? this.#grammar.initial : this.#states[index - 1];
  }
}
