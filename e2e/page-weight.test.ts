/** The size of the download before a viewer sees the first event. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { target } from "./target.ts";

async function read(path: string): Promise<string> {
  const response = await fetch(new URL(path, target.site_url));
  expect(response.status, path).toBe(200);
  return response.text();
}

/** The scripts of a page and all that they import before they run. */
async function scriptsOf(page: string): Promise<Map<string, string>> {
  const html = await read(page);
  const waiting = [...html.matchAll(/(?:src|component-url|renderer-url)="(\/assets\/[^"]+\.js)"/g)];
  const paths = waiting.map(([, path = ""]) => path);
  const scripts = new Map<string, string>();
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    if (scripts.has(path)) continue;
    const script = await read(path);
    scripts.set(path, script);
    const imports = script.matchAll(/(?:import|from)\s*["'](\.\.?\/[^"']+\.js)["']/g);
    for (const [, imported = ""] of imports) {
      paths.push(new URL(imported, new URL(path, target.site_url)).pathname);
    }
  }
  return scripts;
}

const gzipKb = (scripts: Map<string, string>): number =>
  [...scripts.values()].reduce((sum, script) => sum + gzipSync(script).length, 0) / 1024;

const contains = (scripts: Map<string, string>, text: string): boolean =>
  [...scripts.values()].some((script) => script.includes(text));

/** Of React's own error messages, in every build of it. */
const react = "react.dev/errors";

test("the stage needs less than 170 KB of JavaScript before its first event", async () => {
  const scripts = await scriptsOf("/watch/an-agent");
  expect(scripts.size).toBeGreaterThan(2);
  expect(gzipKb(scripts)).toBeLessThan(170);
  // These are part of the stage and load on demand.
  for (const later of ["terminal-emulator.", "worker-"]) {
    expect(contains(scripts, later), later).toBe(true);
    expect([...scripts.keys()].join()).not.toContain(later);
  }
  expect([...scripts.keys()].join()).not.toContain("python");
  expect(contains(scripts, react)).toBe(true);
});

test("the lobby needs less than 40 KB and no framework", async () => {
  const scripts = await scriptsOf("/");
  expect(scripts.size).toBeGreaterThan(0);
  expect(gzipKb(scripts)).toBeLessThan(40);
  expect(contains(scripts, react)).toBe(false);
});

test.each(["/agents/an-agent", "/wall"])("%s needs less than 40 KB", async (page) => {
  const scripts = await scriptsOf(page);
  expect(scripts.size).toBeGreaterThan(0);
  expect(gzipKb(scripts)).toBeLessThan(40);
  // The plotting library loads with the first chart.
  expect([...scripts.keys()].filter((path) => /uplot/i.test(path))).toEqual([]);
});

test("the search page needs less than 60 KB and no framework", async () => {
  const scripts = await scriptsOf("/search");
  expect(scripts.size).toBeGreaterThan(0);
  expect(gzipKb(scripts)).toBeLessThan(60);
  expect(contains(scripts, react)).toBe(false);
});
