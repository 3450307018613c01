import fc from "fast-check";
import { expect, test } from "vitest";
import {
  beginningOf,
  emptyForm,
  formatSearchForm,
  parseSearchForm,
  queryOf,
  refusalOf,
  timestampOf,
} from "./search-form.ts";

const now = new Date("2026-11-22T12:00:00.000Z");

test("parseSearchForm reads back what formatSearchForm wrote", () => {
  const text = fc.string({ unit: "binary" }).map((one) => one.toWellFormed());
  const word = fc.stringMatching(/^\S{0,20}$/);
  const form = fc.record({
    text: text.filter((one) => one.trim() !== "" || one === ""),
    agent: word,
    type: fc.constantFrom("", "thought", "code", "error"),
    file: word,
    from: fc.constantFrom("", "7d", "2026-11-22", "2026-11-22T10:00:00Z"),
    to: fc.constantFrom("", "2026-11-22"),
  });
  fc.assert(
    fc.property(form, (one) => {
      expect(parseSearchForm(formatSearchForm(one as typeof emptyForm))).toEqual(one);
    }),
    { numRuns: 40 },
  );
  expect(formatSearchForm(emptyForm)).toBe("");
});

test("parseSearchForm ignores invalid values", () => {
  expect(parseSearchForm("?q=a&type=nonsense&from=yesterday&to=2026-99-99")).toEqual({
    ...emptyForm,
    text: "a",
  });
});

test("queryOf contains the filters that are set, and is empty without words", () => {
  expect(queryOf({ ...emptyForm, text: "  ", agent: "ada" }, now)).toBeNull();
  expect(queryOf({ ...emptyForm, text: " a\0b\ud800 ", type: "code", from: "2d" }, now)).toEqual({
    query: "a b\ufffd",
    type: "code",
    from_at: "2026-11-20T12:00:00.000Z",
  });
});

test("queryOf covers whole days in the viewer's time zone", () => {
  const day = { ...emptyForm, text: "a", from: "2026-11-22", to: "2026-11-22" };
  const { from_at: fromAt = "", to_at: toAt = "" } = queryOf(day, now) ?? {};
  expect(new Date(fromAt).getHours()).toBe(0);
  expect(Date.parse(toAt) - Date.parse(fromAt)).toBe(86_400_000 - 1);
  expect(timestampOf("2026-11-22T10:00:00+02:00", now)).toBe("2026-11-22T08:00:00.000Z");
});

test("a query over the limit is rejected with its size in bytes", () => {
  expect(refusalOf({ query: "é".repeat(256) })).toBeNull();
  expect(refusalOf({ query: "é".repeat(5_000) })).toBe(
    "Cannot search: the query is 10,000 bytes long, the limit is 512.",
  );
});

test("beginningOf turns a last word into a prefix unless it is quoted, excluded or one already", () => {
  const starred = (query: string) => beginningOf({ query })?.query ?? null;
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
