import { expect, test } from "vitest";
import { findLinks, safeUrl } from "./links.ts";

const urls = (text: string) =>
  findLinks(text).flatMap((part) => (part.kind === "link" ? [part.url] : []));

test("findLinks keeps the text unchanged", () => {
  for (const text of ["", "no link", "a https://a.example/b?c=d#e f", "https://a.example"]) {
    expect(
      findLinks(text)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
  }
});

test("findLinks leaves the sentence's punctuation out of the address", () => {
  expect(urls("See https://a.example/x.")).toEqual(["https://a.example/x"]);
  expect(urls("(see https://a.example/x)")).toEqual(["https://a.example/x"]);
  expect(urls("https://a.example/Stage_(theatre), and more")).toEqual([
    "https://a.example/Stage_(theatre)",
  ]);
  expect(urls("**https://a.example/x**")).toEqual(["https://a.example/x"]);
});

test("findLinks makes links of http and https alone", () => {
  expect(urls("javascript:alert(1) data:text/html,x ftp://a.example file:///etc/passwd")).toEqual(
    [],
  );
  expect(urls("JAVASCRIPT://https://a.example")).toEqual(["https://a.example/"]);
});

test("findLinks makes no link of an address with a login, which only serves to deceive", () => {
  expect(urls("https://bank.example@evil.example/")).toEqual([]);
});

test("findLinks ends an address at invisible characters, which may hide where it leads", () => {
  expect(urls("https://a.example/\u202egnp.exe")).toEqual(["https://a.example/"]);
});

test("safeUrl rejects text that is not a web address", () => {
  expect(safeUrl("https://a.example/x")).toBe("https://a.example/x");
  for (const bad of [
    "",
    "x",
    "javascript:alert(1)",
    "data:,x",
    "//a.example",
    "https://u:p@a.example",
  ]) {
    expect(safeUrl(bad)).toBeNull();
  }
});
