import { expect, test } from "vitest";
import { inOrder } from "./bidi.ts";

test("inOrder isolates direction marks, and leaves right-to-left text unchanged", () => {
  expect(inOrder("photo_\u202egnp.js")).toBe("photo_\uFFFDgnp.js");
  expect(inOrder("\u2066if (is_admin)\u2069")).toBe("\uFFFDif (is_admin)\uFFFD");
  const arabic = "\u0645\u0631\u062d\u0628\u0627\u200f.ts";
  expect(inOrder(arabic)).toBe(arabic);
});
