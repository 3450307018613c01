import { afterEach, expect, test, vi } from "vitest";
import { allow_avatar_hosts, avatar_source } from "./avatar-source.ts";

afterEach(() => {
  allow_avatar_hosts([]);
  vi.unstubAllGlobals();
});

test("avatar_source loads pictures of the site itself and of named hosts, and no others", () => {
  vi.stubGlobal("location", new URL("https://kulti.example/watch/ada"));
  expect(avatar_source("https://kulti.example/ada.png")).toBe("https://kulti.example/ada.png");
  const elsewhere = "https://pictures.example/ada.png";
  expect(avatar_source(elsewhere)).toBeNull();
  allow_avatar_hosts(["pictures.example"]);
  expect(avatar_source(elsewhere)).toBe(elsewhere);
  for (const other of [
    null,
    "",
    "https://pictures.example.evil.example/a.png",
    "https://evil.example/pictures.example",
    "https://pictures.example:8443/a.png",
    "https://user@pictures.example/a.png",
    "javascript:alert(1)",
    "http://kulti.example/ada.png",
  ]) {
    expect(avatar_source(other), String(other)).toBeNull();
  }
});
