import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shellUrl } from "./dev-routes.ts";
import { dynamicRoutes, isEmbeddable, pageOf, redirectsFile, routeRows } from "./routes.ts";
import { readVercelFile, vercelFile } from "./vercel-file.ts";

test("pageOf finds the shell of a dynamic address and leaves every other address alone", () => {
  const pages = {
    "/": "/",
    "/index.html": "/",
    "/watch/ada": "/watch",
    "/watch/ada/": "/watch",
    "/embed/ada/1": "/embed",
    "/agents/ada": "/agents",
    "/watch/index.html": "/watch",
    "/search/index.html": "/search",
    "/watch/ada/1/more": "/watch/ada/1/more",
    "/agents/ada/1": "/agents/ada/1",
    "/watch//ada": "/watch//ada",
    "/watching/ada": "/watching/ada",
  };
  for (const [pathname, page] of Object.entries(pages)) expect(pageOf(pathname)).toBe(page);
});

test("shellUrl keeps the query of a dynamic address and does not touch files", () => {
  expect(shellUrl("/watch/ada/1?t=90?&speed=2")).toBe("/watch/?t=90?&speed=2");
  expect(shellUrl("/agents/ada")).toBe("/agents/");
  for (const url of ["/", "/?q=1", "/search?q=watch/ada", "/src/islands/a.tsx", "/watch"]) {
    expect(shellUrl(url)).toBe(url);
  }
});

test("isEmbeddable holds for the pages below /embed only", () => {
  expect(["/embed", "/embed/ada", "/embed/ada/1"].every(isEmbeddable)).toBe(true);
  expect(["/", "/embedded", "/watch/embed", "/agents/ada"].some(isEmbeddable)).toBe(false);
});

test("redirectsFile names each shell's folder, so Cloudflare sees no loop", () => {
  const rules = redirectsFile().trimEnd().split("\n");
  expect(rules).toHaveLength(dynamicRoutes.length);
  expect(rules).toContain("/watch/*  /watch/  200");
  expect(redirectsFile()).not.toContain("index.html");
});

test("vercelFile equals the file in the repository", () => {
  expect(readVercelFile()).toBe(vercelFile());
});

test("vercelFile lets others frame only pages that are embeddable", () => {
  const { headers } = JSON.parse(vercelFile());
  const closed = headers.find((rule: { headers: { key: string }[] }) =>
    rule.headers.some(({ key }) => key === "content-security-policy"),
  );
  const pattern = new RegExp(`^${closed.source}$`);
  for (const path of ["/", "/watch/ada", "/embedded", "/embed", "/embed/ada", "/agents/a"]) {
    expect([path, pattern.test(path)]).toEqual([path, !isEmbeddable(path)]);
  }
});

test("the README's table has the rows of the dynamic routes", () => {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  const written = readme.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  for (const row of routeRows()) expect(written).toContainEqual(["", ...row, ""]);
});
