import { expect, test } from "vitest";
import { noRequest, parsePlaybackRequest, parseTime, placeUrl } from "./playback-request.ts";

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
])("parseTime of %s", (text, ms) => {
  expect(parseTime(text)).toBe(ms);
});

test("parsePlaybackRequest reads what is there and passes over what makes no sense", () => {
  expect(parsePlaybackRequest({ search: "?t=1:30&speed=4&idle=0&autoplay", hash: "#e17" })).toEqual(
    {
      ms: 90_000,
      seq: 17,
      speed: 4,
      skipsIdle: false,
      autoplay: true,
    },
  );
  const nonsense = { search: "?t=soon&speed=-1&idle=maybe", hash: "#e1e9" };
  expect(parsePlaybackRequest(nonsense)).toEqual(noRequest);
  const inherited = { search: "?idle=constructor&autoplay=__proto__", hash: "#e-1" };
  expect(parsePlaybackRequest(inherited)).toEqual(noRequest);
  // The first event has `seq` 1.
  expect(parsePlaybackRequest({ search: "", hash: "#e0" })).toEqual(noRequest);
});

test("placeUrl leads back to the place", () => {
  const url = new URL(placeUrl("https://kulti.example/watch/ada/1", { ms: 3_723_400, seq: 9 }));
  expect(parsePlaybackRequest(url)).toMatchObject({ ms: 3_723_000, seq: 9 });
});
