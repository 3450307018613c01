import fc from "fast-check";
import { expect, test } from "vitest";
import { type RichPart, richText, splitHeadline } from "./rich-text.ts";

const textOf = (parts: readonly RichPart[]): string =>
  parts.map((part) => (part.kind === "strong" ? textOf(part.parts) : part.text)).join("");

test("richText finds code, strong text, blocks and links", () => {
  expect(richText("Use `a*b` and **do it**, see https://a.example.")).toEqual([
    { kind: "text", text: "Use " },
    { kind: "code", text: "a*b" },
    { kind: "text", text: " and " },
    { kind: "strong", parts: [{ kind: "text", text: "do it" }] },
    { kind: "text", text: ", see " },
    { kind: "link", text: "https://a.example", url: "https://a.example/" },
    { kind: "text", text: "." },
  ]);
  expect(richText("So:\n```ts\nlet a = `x`;\n\nb\n```\nDone")).toEqual([
    { kind: "text", text: "So:" },
    { kind: "block", text: "let a = `x`;\n\nb" },
    { kind: "text", text: "Done" },
  ]);
});

test("richText shows a block that is still being typed as one", () => {
  expect(richText("```py\nprint(1)\npri")).toEqual([{ kind: "block", text: "print(1)\npri" }]);
});

test("richText leaves text without markup unchanged", () => {
  for (const text of ["2 ** 3 ** 4", "a ` b", "** a **", "<b>x</b> [x](javascript:y)", ""]) {
    expect(richText(text)).toEqual(text === "" ? [] : [{ kind: "text", text }]);
  }
});

test("richText loses no character but those of the markup", () => {
  const piece = fc.constantFrom("a", " ", "\n", "`", "**", "```", "x.y", "https://a.example");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join("");
      const kept = textOf(richText(text));
      const letters = (value: string) => value.replace(/[`*\s]/g, "");
      const withoutLanguages = text.replace(/^[ \t]*```[^\n]*\n/gm, "");
      expect(letters(kept).length).toBeGreaterThanOrEqual(letters(withoutLanguages).length);
    }),
  );
});

test("richText and findLinks make some hundred parts of any text, and keep the rest as it is", () => {
  for (const text of [
    "`a` ".repeat(20_000),
    "**a** ".repeat(20_000),
    "https://a.example ".repeat(5_000),
  ]) {
    const parts = richText(text);
    expect(parts.length).toBeGreaterThan(300);
    expect(parts.length).toBeLessThan(810);
    expect(textOf(parts).length).toBeGreaterThan(text.length * 0.9);
  }
});

test("splitHeadline takes the first line", () => {
  expect(splitHeadline("one line")).toEqual({ headline: "one line", rest: "" });
  expect(splitHeadline("first\n\nmore")).toEqual({ headline: "first", rest: "\n\nmore" });
});
