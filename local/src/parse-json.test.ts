import { expect, test } from "vitest";
import { parse_json } from "./parse-json.ts";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const padded = (json: string) => `[${json},"${"x".repeat(200_000)}"]`;

test("parse_json refuses long texts that are nested too deep, at once", () => {
  expect(() => parse_json("[".repeat(9_000_000))).toThrow("nested more than 200000 deep");
  expect(() => parse_json('{"a":'.repeat(1_000_000))).toThrow("nested more than 200000 deep");
  expect(() => parse_json(padded(nested(200_000)))).toThrow("nested more than 200000 deep");
});

test("parse_json reads what is less deep, and brackets in strings for what they are", () => {
  expect(parse_json(padded(nested(190_000)))).toBeInstanceOf(Array);
  const text = `${"[".repeat(50_000)}"\\${'"'.repeat(3)}\\\\`;
  expect(parse_json(padded(JSON.stringify({ [text]: text })))).toMatchObject([
    { [text]: text },
    {},
  ]);
  const many = Array.from({ length: 50_000 }, (_, n) => [{ n }]);
  expect(parse_json(JSON.stringify(many))).toEqual(many);
});

test("parse_json fails as JSON.parse does on what is no JSON, however long", () => {
  for (const text of ["", "{", `"${"\\".repeat(200_000)}`, `${'"\\'.repeat(100_000)}`, "x"]) {
    expect(() => parse_json(text)).toThrow(SyntaxError);
  }
});
