import { expect, test } from "vitest";
import { actionOf } from "./keys.ts";

const press = (key: string, more = {}) =>
  actionOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });
const shift = { shiftKey: true };

test.each([
  [" ", {}, { kind: "toggle" }],
  ["K", shift, { kind: "toggle" }],
  ["ArrowLeft", {}, { kind: "skip", playMs: -5_000 }],
  ["ArrowRight", shift, { kind: "skip_part", part: 0.1 }],
  ["7", {}, { kind: "seek_part", part: 0.7 }],
  ["<", shift, { kind: "slower" }],
  ["?", shift, { kind: "help" }],
  ["l", {}, { kind: "go_live" }],
  ["L", shift, { kind: "catch_up" }],
  ["L", {}, { kind: "go_live" }],
])("%s %j", (key, more, action) => {
  expect(press(key, more)).toEqual(action);
});

test("what belongs to the browser is left to it", () => {
  expect(press("f", { ctrlKey: true })).toBeUndefined();
  expect(press("ArrowLeft", { altKey: true })).toBeUndefined();
  expect(press("k", { metaKey: true })).toBeUndefined();
  expect(press("Tab")).toBeUndefined();
});
