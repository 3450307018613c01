import { expect, test } from "vitest";
import { moment_url, no_wish, parse_time, parse_wish } from "./address.ts";

test.each([
  ["90", 90_000],
  ["1.5", 1_500],
  ["90s", 90_000],
  ["1:30", 90_000],
  ["1:02:03", 3_723_000],
  ["", null],
  ["-5", null],
  ["abc", null],
  ["1:2:3:4", null],
  ["9".repeat(40), null],
])("parse_time of %s", (text, ms) => {
  expect(parse_time(text)).toBe(ms);
});

test("parse_wish reads what is there and passes over what makes no sense", () => {
  expect(parse_wish({ search: "?t=1:30&speed=4&idle=0&autoplay", hash: "#e17" })).toEqual({
    ms: 90_000,
    seq: 17,
    speed: 4,
    skips_idle: false,
    autoplay: true,
  });
  const nonsense = { search: "?t=soon&speed=-1&idle=maybe", hash: "#e1e9" };
  expect(parse_wish(nonsense)).toEqual(no_wish);
  const inherited = { search: "?idle=constructor&autoplay=__proto__", hash: "#e-1" };
  expect(parse_wish(inherited)).toEqual(no_wish);
  // The first event is number 1.
  expect(parse_wish({ search: "", hash: "#e0" })).toEqual(no_wish);
});

test("moment_url leads back to the moment", () => {
  const url = new URL(moment_url("https://kulti.example/watch/ada/1", { ms: 3_723_400, seq: 9 }));
  expect(parse_wish(url)).toMatchObject({ ms: 3_723_000, seq: 9 });
});
