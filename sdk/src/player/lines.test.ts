import fc from "fast-check";
import { expect, test } from "vitest";
import { compareLines, countLines, diffRows, linesOf } from "./lines.ts";

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`);

test("linesOf does not make a line of the final line break", () => {
  expect(linesOf("a\nb\n")).toEqual(["a", "b"]);
  expect(linesOf("a\r\nb")).toEqual(["a", "b"]);
  expect(linesOf("")).toEqual([""]);
});

test("compareLines marks a line that changed, and nothing in an unchanged file", () => {
  const before = numbered(20);
  const after = before.with(7, "another");
  expect(compareLines(before, after)).toEqual([
    { oldStart: 7, oldCount: 1, newStart: 7, newCount: 1 },
  ]);
  expect(compareLines(before, [...before])).toEqual([]);
});

test("compareLines marks appended lines alone", () => {
  const before = numbered(5);
  expect(compareLines(before, [...before, "x", "y"])).toEqual([
    { oldStart: 5, oldCount: 0, newStart: 5, newCount: 2 },
  ]);
});

test("compareLines tells where lines went without replacement", () => {
  expect(compareLines(numbered(6), numbered(6).toSpliced(2, 2))).toEqual([
    { oldStart: 2, oldCount: 2, newStart: 2, newCount: 0 },
  ]);
});

test("the changes of compareLines turn the old lines into the new ones", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 40 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const rebuilt: string[] = [];
      let at = 0;
      for (const change of compareLines(before, after)) {
        rebuilt.push(...before.slice(at, change.oldStart));
        rebuilt.push(...after.slice(change.newStart, change.newStart + change.newCount));
        at = change.oldStart + change.oldCount;
      }
      rebuilt.push(...before.slice(at));
      expect(rebuilt).toEqual(after);
    }),
  );
});

test("countLines sums what came and what went", () => {
  const changes = compareLines(numbered(9), numbered(9).with(1, "x").toSpliced(5, 2));
  expect(countLines(changes)).toEqual({ added: 1, removed: 3 });
});

test("diffRows leaves out what is far from a change", () => {
  const before = numbered(30);
  const rows = diffRows(before, before.with(10, "new"), 2);
  expect(rows.map((row) => row.kind)).toEqual([
    "gap",
    "same",
    "same",
    "removed",
    "added",
    "same",
    "same",
    "gap",
  ]);
  expect(rows[0]).toEqual({ kind: "gap", count: 8 });
  expect(rows[3]).toEqual({ kind: "removed", text: "line 10", oldLine: 10 });
  expect(rows[4]).toEqual({ kind: "added", text: "new", newLine: 10 });
  expect(rows.at(-1)).toEqual({ kind: "gap", count: 17 });
});
