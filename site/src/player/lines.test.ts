import fc from "fast-check";
import { expect, test } from "vitest";
import { compare_lines, count_lines, diff_rows, lines_of } from "./lines.ts";

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`);

test("lines_of does not make a line of the final line break", () => {
  expect(lines_of("a\nb\n")).toEqual(["a", "b"]);
  expect(lines_of("a\r\nb")).toEqual(["a", "b"]);
  expect(lines_of("")).toEqual([""]);
});

test("compare_lines marks a line that changed, and nothing in an unchanged file", () => {
  const before = numbered(20);
  const after = before.with(7, "another");
  expect(compare_lines(before, after)).toEqual([
    { old_start: 7, old_count: 1, new_start: 7, new_count: 1 },
  ]);
  expect(compare_lines(before, [...before])).toEqual([]);
});

test("compare_lines marks appended lines alone", () => {
  const before = numbered(5);
  expect(compare_lines(before, [...before, "x", "y"])).toEqual([
    { old_start: 5, old_count: 0, new_start: 5, new_count: 2 },
  ]);
});

test("compare_lines tells where lines went without replacement", () => {
  expect(compare_lines(numbered(6), numbered(6).toSpliced(2, 2))).toEqual([
    { old_start: 2, old_count: 2, new_start: 2, new_count: 0 },
  ]);
});

test("the changes of compare_lines turn the old lines into the new ones", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 40 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const rebuilt: string[] = [];
      let at = 0;
      for (const change of compare_lines(before, after)) {
        rebuilt.push(...before.slice(at, change.old_start));
        rebuilt.push(...after.slice(change.new_start, change.new_start + change.new_count));
        at = change.old_start + change.old_count;
      }
      rebuilt.push(...before.slice(at));
      expect(rebuilt).toEqual(after);
    }),
  );
});

test("count_lines sums what came and what went", () => {
  const changes = compare_lines(numbered(9), numbered(9).with(1, "x").toSpliced(5, 2));
  expect(count_lines(changes)).toEqual({ added: 1, removed: 3 });
});

test("diff_rows leaves out what is far from a change", () => {
  const before = numbered(30);
  const rows = diff_rows(before, before.with(10, "new"), 2);
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
  expect(rows[3]).toEqual({ kind: "removed", text: "line 10", old_line: 10 });
  expect(rows[4]).toEqual({ kind: "added", text: "new", new_line: 10 });
  expect(rows.at(-1)).toEqual({ kind: "gap", count: 17 });
});
