import { describe, expect, test } from "vitest";
import { applyEdits } from "./edits.ts";

const hunk = (start: number, removed: string[], added: string[]) => ({ start, removed, added });

describe("applyEdits", () => {
  test("replaces the first occurrence, with `$&` taken literally", () => {
    expect(applyEdits("a a", [{ old_text: "a", new_text: "$&" }]).text).toBe("$& a");
  });

  test("hunks of one event count their lines in the text before it", () => {
    const edits = [hunk(1, ["1"], ["1", "1b"]), hunk(3, ["3"], []), hunk(4, ["4"], ["four"])];
    expect(applyEdits("1\n2\n3\n4\n", edits)).toEqual({ text: "1\n1b\n2\nfour\n", unfit: [] });
  });

  test("hunks after an insertion find their own among equal lines", () => {
    const edits = [hunk(1, [], ["x", "x"]), hunk(3, ["a"], ["B"])];
    expect(applyEdits("a\na\na\na", edits).text).toBe("x\nx\na\na\nB\na");
  });

  test("a hunk at a wrong start finds its lines at the nearest place", () => {
    expect(applyEdits("x\nb\nc\nd\nb", [hunk(3, ["b"], ["B"])]).text).toBe("x\nB\nc\nd\nb");
  });

  test("a hunk without matching lines is rejected, the others still apply", () => {
    const lost = hunk(1, ["nowhere"], []);
    const { text, unfit } = applyEdits("a\nb", [lost, hunk(2, ["b"], ["B"])]);
    expect({ text, unfit }).toEqual({ text: "a\nB", unfit: [lost] });
  });

  test("inserts before the line, or at the end without such a line", () => {
    expect(applyEdits("a\nc", [hunk(2, [], ["b"])]).text).toBe("a\nb\nc");
    expect(applyEdits("a\n", [hunk(99, [], ["b"])]).text).toBe("a\n\nb");
    expect(applyEdits("", [hunk(0, [], ["a"])]).text).toBe("a\n");
  });

  test("takes very long hunks", () => {
    const many = Array.from({ length: 200_000 }, (_, index) => `${index}`);
    const { text } = applyEdits("a\nz", [hunk(2, [], many)]);
    expect(text).toBe(`a\n${many.join("\n")}\nz`);
  });

  // A comparison at every place would read 10^11 lines, more than the test's time limit allows.
  test("a hostile edit is given up early", () => {
    const lines = Array.from({ length: 100_000 }, () => "");
    const wanted = [...Array.from({ length: 1_000 }, () => ""), "x"];
    const edits = Array.from({ length: 1_000 }, () => hunk(50_000, wanted, []));
    expect(applyEdits(lines.join("\n"), edits).unfit).toHaveLength(1_000);
  });

  test("keeps the line ends of the file", () => {
    expect(applyEdits("a\r\nb\r\n", [hunk(1, ["a"], ["x", "y"])]).text).toBe("x\r\ny\r\nb\r\n");
  });

  test("an empty old_text fits an empty file only", () => {
    const edit = { old_text: "", new_text: "x" };
    expect(applyEdits("", [edit]).text).toBe("x");
    expect(applyEdits("a", [edit])).toEqual({ text: "a", unfit: [edit] });
  });

  test("hunks and replacements mix", () => {
    const edits = [hunk(1, ["a"], ["A"]), { old_text: "A\nb", new_text: "AB" }, hunk(2, ["c"], [])];
    expect(applyEdits("a\nb\nc", edits)).toEqual({ text: "AB", unfit: [] });
  });
});
