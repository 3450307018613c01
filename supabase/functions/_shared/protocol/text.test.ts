import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cut,
  fits,
  grouped,
  indexOf,
  pieces,
  storable,
  trimEnd,
  unstorable,
  utf8Bytes,
} from "./text.ts";
import { isTimestamp } from "./time.ts";

const text = fc.string({ unit: "binary", maxLength: 80 });

describe("cut and pieces", () => {
  test("return storable text within the size, and pieces lose nothing", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 12, max: 60 }), (any, limit) => {
        const parts = pieces(any, limit);
        for (const part of [...parts, cut(any, limit)]) {
          expect(unstorable(part)).toBeNull();
          expect(utf8Bytes(part)).toBeLessThanOrEqual(limit);
        }
        expect(parts.join("")).toBe(storable(any));
      }),
    );
  });

  test("cut keeps text that fits and marks what it shortens", () => {
    expect(cut("é".repeat(10), 20, "… [cut]")).toBe("é".repeat(10));
    expect(cut("😀".repeat(10), 20, "… [cut]")).toBe("😀😀… [cut]");
    expect(cut("😀".repeat(10), 20)).toBe("😀😀😀😀…");
  });

  test("storable replaces NUL and lone surrogates alike", () => {
    expect(storable("a\0b\ud800c")).toBe("a\ufffdb\ufffdc");
  });
});

test("fits agrees with the encoder", () => {
  fc.assert(
    fc.property(text, fc.nat(120), (any, limit) => {
      expect(fits(any, limit)).toBe(utf8Bytes(any) <= limit);
    }),
  );
});

test("grouped", () => {
  expect([0, 999, 1_000, 70_112, 4_194_304].map(grouped)).toEqual([
    "0",
    "999",
    "1,000",
    "70,112",
    "4,194,304",
  ]);
});

test("isTimestamp accepts every Date from 1970 to 9999, except the last millisecond", () => {
  expect(isTimestamp("9999-12-31T23:59:59.999Z")).toBe(false);
  const range = {
    min: new Date(0),
    max: new Date("9999-12-31T23:59:59.998Z"),
    noInvalidDate: true,
  };
  fc.assert(fc.property(fc.date(range), (date) => isTimestamp(date.toISOString())));
});

test("indexOf agrees with String.indexOf", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "a", "a", "b"), maxLength: 400 });
  fc.assert(
    fc.property(letters, fc.nat(400), letters, fc.boolean(), (all, at, other, isInside) => {
      const wanted = isInside ? all.slice(at % (all.length + 1)) : `${other}b${other}`;
      expect(indexOf(all, wanted)).toBe(all.indexOf(wanted));
      const nearly = `${"a".repeat(40)}b${"a".repeat(at % 50)}`;
      expect(indexOf(`${"a".repeat(300)}${all}`, nearly)).toBe(
        `${"a".repeat(300)}${all}`.indexOf(nearly),
      );
    }),
  );
});

test("trimEnd removes matches at the end, and nothing before them", () => {
  expect(trimEnd("http://a.b///", "/")).toBe("http://a.b");
  expect(trimEnd("/", "/")).toBe("");
  expect(trimEnd("a/b", "/")).toBe("a/b");
});
