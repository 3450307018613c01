import type { SearchHit } from "@kulti/protocol";
import { expect, test } from "vitest";
import { linesOf, placeOf } from "./hit.ts";

const hit = (part: Partial<SearchHit>) =>
  ({ thought_type: null, filename: null, line: null, command: null, ...part }) as SearchHit;
const shown = (part: Partial<SearchHit>) =>
  linesOf(hit(part)).map(
    ({ number, parts }) =>
      `${number}:${parts.map(({ text, isMatch }) => (isMatch ? `[${text}]` : text)).join("")}`,
  );

test("code hits are shown by line, with the matches marked", () => {
  const snippet = ["a\n", "b\nc", " d\n\ne", "f", ""];
  expect(shown({ type: "code", line: 9, snippet })).toEqual([
    "9:a",
    "10:[b]",
    "11:[c] d",
    "12:",
    "13:e[f]",
  ]);
});

test("a hit without a line number is one piece", () => {
  const snippet = ["a\n", "b", "\nc"];
  expect(shown({ type: "code", snippet })).toEqual(["null:a\n[b]\nc"]);
  expect(shown({ type: "error", line: 3, snippet })).toEqual(["null:a\n[b]\nc"]);
});

test("an output hit names its command, unless the snippet begins with it", () => {
  const output = { type: "terminal", command: "npm test\nnpm run x" } as const;
  expect(placeOf(hit({ ...output, snippet: ["3 ", "failed", ""] })).base).toBe("❯ npm test");
  expect(placeOf(hit({ ...output, snippet: ["npm ", "test", "\nnpm run x\nok"] })).base).toBe("");
});
