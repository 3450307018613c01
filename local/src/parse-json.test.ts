import { expect, test } from "vitest";
import { parseJson } from "./parse-json.ts";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const padded = (json: string) => `[${json},"${"x".repeat(200_000)}"]`;

test("parseJson rejects long text that is nested too deep, at once", () => {
  expect(() => parseJson("[".repeat(9_000_000))).toThrow("nested more than 200000 deep");
  expect(() => parseJson('{"a":'.repeat(1_000_000))).toThrow("nested more than 200000 deep");
  expect(() => parseJson(padded(nested(200_000)))).toThrow("nested more than 200000 deep");
});

test("parseJson accepts less depth, and ignores brackets in strings", () => {
  expect(parseJson(padded(nested(190_000)))).toBeInstanceOf(Array);
  const text = `${"[".repeat(50_000)}"\\${'"'.repeat(3)}\\\\`;
  expect(parseJson(padded(JSON.stringify({ [text]: text })))).toMatchObject([{ [text]: text }, {}]);
  const many = Array.from({ length: 50_000 }, (_, n) => [{ n }]);
  expect(parseJson(JSON.stringify(many))).toEqual(many);
});

test("parseJson fails like JSON.parse on invalid JSON of any length", () => {
  for (const text of ["", "{", `"${"\\".repeat(200_000)}`, `${'"\\'.repeat(100_000)}`, "x"]) {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  }
});
