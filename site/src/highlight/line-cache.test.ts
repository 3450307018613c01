import fc from "fast-check";
import { realign } from "kulti/player";
import { expect, test } from "vitest";
import type { LineTokens } from "./kinds.ts";
import { type Grammar, LineCache } from "./line-cache.ts";

/** A language whose `"` opens and closes strings across lines, so a line's tokens depend on the lines before it. */
function quotes() {
  let lookedAt = 0;
  const grammar: Grammar<boolean> = {
    initial: false,
    line(text, isOpen) {
      lookedAt += 1;
      const quotes = text.split('"').length - 1;
      return { tokens: [text.length, isOpen ? 1 : 0], state: isOpen !== (quotes % 2 === 1) };
    },
    same: (one, other) => one === other,
  };
  return { grammar, lookedAt: () => lookedAt };
}

function apply(
  tokens: (LineTokens | undefined)[],
  pieces: Iterable<{ at: number; tokens: LineTokens[] }>,
) {
  for (const piece of pieces) {
    piece.tokens.forEach((line, index) => {
      tokens[piece.at + index] = line;
    });
  }
  return tokens;
}

test("LineCache returns the same tokens as a fresh pass, for any versions", () => {
  const lines = fc.array(fc.constantFrom("a", "b", '"', 'x"y'), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(lines, { minLength: 1, maxLength: 6 }), (versions) => {
      const cache = new LineCache(quotes().grammar);
      let shown: (LineTokens | undefined)[] = [];
      let before: string[] = [];
      for (const version of versions) {
        shown = apply(realign(shown, before, version), cache.update(version, 3));
        before = version;
        expect(shown).toEqual(apply([], new LineCache(quotes().grammar).update(version)));
      }
    }),
  );
});

test("LineCache tokenizes only changed lines again", () => {
  const { grammar, lookedAt } = quotes();
  const cache = new LineCache(grammar);
  const lines = Array.from({ length: 1_000 }, (_, index) => `line ${index}`);
  [...cache.update(lines)];
  expect(lookedAt()).toBe(1_000);
  [...cache.update(lines.with(500, "changed"))];
  expect(lookedAt()).toBe(1_001);
  [...cache.update([...lines.with(500, "changed"), "more"])];
  expect(lookedAt()).toBe(1_002);
});

test("LineCache returns a long file in pieces", () => {
  const cache = new LineCache(quotes().grammar);
  const pieces = [
    ...cache.update(
      Array.from({ length: 10 }, () => "a"),
      4,
    ),
  ];
  expect(pieces.map(({ at, tokens }) => [at, tokens.length])).toEqual([
    [0, 4],
    [4, 4],
    [8, 2],
  ]);
});
