import fc from "fast-check";
import { expect, test } from "vitest";
import { type RichPart, rich_text, split_headline } from "./rich-text.ts";

const text_of = (parts: readonly RichPart[]): string =>
  parts.map((part) => (part.kind === "strong" ? text_of(part.parts) : part.text)).join("");

test("rich_text finds code, strong text, blocks and links", () => {
  expect(rich_text("Use `a*b` and **do it**, see https://a.example.")).toEqual([
    { kind: "text", text: "Use " },
    { kind: "code", text: "a*b" },
    { kind: "text", text: " and " },
    { kind: "strong", parts: [{ kind: "text", text: "do it" }] },
    { kind: "text", text: ", see " },
    { kind: "link", text: "https://a.example", url: "https://a.example/" },
    { kind: "text", text: "." },
  ]);
  expect(rich_text("So:\n```ts\nlet a = `x`;\n\nb\n```\nDone")).toEqual([
    { kind: "text", text: "So:" },
    { kind: "block", text: "let a = `x`;\n\nb" },
    { kind: "text", text: "Done" },
  ]);
});

test("rich_text shows a block that is still being typed as one", () => {
  expect(rich_text("```py\nprint(1)\npri")).toEqual([{ kind: "block", text: "print(1)\npri" }]);
});

test("rich_text leaves alone what is no markup", () => {
  for (const text of ["2 ** 3 ** 4", "a ` b", "** a **", "<b>x</b> [x](javascript:y)", ""]) {
    expect(rich_text(text)).toEqual(text === "" ? [] : [{ kind: "text", text }]);
  }
});

test("rich_text loses no character but those of the markup", () => {
  const piece = fc.constantFrom("a", " ", "\n", "`", "**", "```", "x.y", "https://a.example");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join("");
      const kept = text_of(rich_text(text));
      const letters = (value: string) => value.replace(/[`*\s]/g, "");
      const without_languages = text.replace(/^[ \t]*```[^\n]*\n/gm, "");
      expect(letters(kept).length).toBeGreaterThanOrEqual(letters(without_languages).length);
    }),
  );
});

test("split_headline takes the first line", () => {
  expect(split_headline("one line")).toEqual({ headline: "one line", rest: "" });
  expect(split_headline("first\n\nmore")).toEqual({ headline: "first", rest: "\n\nmore" });
});
