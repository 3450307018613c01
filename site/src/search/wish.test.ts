import fc from "fast-check";
import { expect, test } from "vitest";
import {
  beginning_of,
  format_wish,
  moment_of,
  no_wish,
  parse_wish,
  query_of,
  refusal_of,
} from "./wish.ts";

const now = new Date("2026-11-22T12:00:00.000Z");

test("a wish comes back from its address as it was", () => {
  const text = fc.string({ unit: "binary" }).map((one) => one.toWellFormed());
  const word = fc.stringMatching(/^\S{0,20}$/);
  const wish = fc.record({
    text: text.filter((one) => one.trim() !== "" || one === ""),
    agent: word,
    type: fc.constantFrom("", "thought", "code", "error"),
    file: word,
    from: fc.constantFrom("", "7d", "2026-11-22", "2026-11-22T10:00:00Z"),
    to: fc.constantFrom("", "2026-11-22"),
  });
  fc.assert(
    fc.property(wish, (one) => {
      expect(parse_wish(format_wish(one as typeof no_wish))).toEqual(one);
    }),
    { numRuns: 40 },
  );
  expect(format_wish(no_wish)).toBe("");
});

test("what an address says amiss is left out", () => {
  expect(parse_wish("?q=a&type=nonsense&from=yesterday&to=2026-99-99")).toEqual({
    ...no_wish,
    text: "a",
  });
});

test("query_of asks for what is set, and for nothing without a word", () => {
  expect(query_of({ ...no_wish, text: "  ", agent: "ada" }, now)).toBeNull();
  expect(query_of({ ...no_wish, text: " a\0b\ud800 ", type: "code", from: "2d" }, now)).toEqual({
    query: "a b\ufffd",
    type: "code",
    from_at: "2026-11-20T12:00:00.000Z",
  });
});

test("a day counts from its first moment to its last, in the viewer's calendar", () => {
  const day = { ...no_wish, text: "a", from: "2026-11-22", to: "2026-11-22" };
  const { from_at = "", to_at = "" } = query_of(day, now) ?? {};
  expect(new Date(from_at).getHours()).toBe(0);
  expect(Date.parse(to_at) - Date.parse(from_at)).toBe(86_400_000 - 1);
  expect(moment_of("2026-11-22T10:00:00+02:00", now)).toBe("2026-11-22T08:00:00.000Z");
});

test("a query over the limit is refused with its size, counted in bytes", () => {
  expect(refusal_of({ query: "é".repeat(256) })).toBeNull();
  expect(refusal_of({ query: "é".repeat(5_000) })).toBe(
    "Cannot search: the query is 10,000 bytes long, the limit is 512.",
  );
});

test("beginning_of takes a last word that is neither quoted, excluded nor a beginning already", () => {
  const starred = (query: string) => beginning_of({ query })?.query ?? null;
  expect(["con", "parse con", '"a b" con', "src/con", "日本", "-x con"].map(starred)).toEqual([
    "con*",
    "parse con*",
    '"a b" con*',
    "src/con*",
    "日本*",
    "-x con*",
  ]);
  for (const query of [
    "c",
    "con*",
    '"parse con',
    '"parse con"',
    "parse -con",
    "-con",
    "con)",
    "",
  ]) {
    expect([query, starred(query)]).toEqual([query, null]);
  }
});
