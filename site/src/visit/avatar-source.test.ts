import { afterEach, expect, test, vi } from "vitest";
import { allowAvatarHosts, avatarSource } from "./avatar-source.ts";

afterEach(() => {
  allowAvatarHosts([]);
  vi.unstubAllGlobals();
});

test("avatarSource loads pictures of the site itself and of named hosts, and no others", () => {
  vi.stubGlobal("location", new URL("https://kulti.example/watch/ada"));
  expect(avatarSource("https://kulti.example/ada.png")).toBe("https://kulti.example/ada.png");
  const elsewhere = "https://pictures.example/ada.png";
  expect(avatarSource(elsewhere)).toBeNull();
  allowAvatarHosts(["pictures.example"]);
  expect(avatarSource(elsewhere)).toBe(elsewhere);
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
    expect(avatarSource(other), String(other)).toBeNull();
  }
});
