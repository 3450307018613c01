import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./process.ts";

const pages = globSync(["README.md", "docs/**/*.md", "{bench,local,sdk,site}/README.md"], {
  cwd: root,
});

test("pages: each relative link leads to a file", () => {
  expect(pages).toContain("README.md");
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test("architecture.md: each path that it names exists", () => {
  const text = readFileSync(join(root, "docs/explanation/architecture.md"), "utf8");
  const paths = [
    ...text.matchAll(/`((?:docs|e2e|local|scripts|sdk|site|supabase)\/[^`*\s]*)`/g),
  ].map(([, path = ""]) => path);
  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
