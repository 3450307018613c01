/** What a viewer downloads before the first event is shown, measured on a real build. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build } from "./build.ts";

let dist: string;

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), "kulti-dist-"));
  await build(dist);
}, 120_000);

afterAll(() => rm(dist, { recursive: true }));

/** The scripts of a page and all that they import before they run. */
async function scripts_of(page: string): Promise<Map<string, Buffer>> {
  const html = await readFile(join(dist, page), "utf8");
  const waiting = [...html.matchAll(/(?:src|component-url|renderer-url)="(\/assets\/[^"]+\.js)"/g)];
  const paths = waiting.map(([, path = ""]) => path);
  const scripts = new Map<string, Buffer>();
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    if (scripts.has(path)) continue;
    const script = await readFile(join(dist, path));
    scripts.set(path, script);
    const imports = script.toString().matchAll(/(?:import|from)\s*["'](\.\.?\/[^"']+\.js)["']/g);
    for (const [, imported = ""] of imports) {
      paths.push(posix.join(posix.dirname(path), imported));
    }
  }
  return scripts;
}

const gzip_kb = (scripts: Map<string, Buffer>): number =>
  [...scripts.values()].reduce((sum, script) => sum + gzipSync(script).length, 0) / 1024;

test("the stage needs less than 170 KB of JavaScript before its first event", async () => {
  const scripts = await scripts_of("watch/index.html");
  expect(scripts.size).toBeGreaterThan(2);
  expect(gzip_kb(scripts)).toBeLessThan(170);
  const later = [...scripts.keys()].filter((path) => /terminal-screen|worker|python/.test(path));
  expect(later).toEqual([]);
});

test("the lobby needs less than 40 KB and no framework", async () => {
  const scripts = await scripts_of("index.html");
  expect(scripts.size).toBeGreaterThan(0);
  expect(gzip_kb(scripts)).toBeLessThan(40);
});

test.each(["agents/index.html", "wall/index.html"])("%s needs less than 40 KB", async (page) => {
  const scripts = await scripts_of(page);
  expect(scripts.size).toBeGreaterThan(0);
  expect(gzip_kb(scripts)).toBeLessThan(40);
  // The plotting library comes with the first chart.
  expect([...scripts.keys()].filter((path) => /uplot/i.test(path))).toEqual([]);
});

test("the search page needs less than 60 KB and no framework", async () => {
  const scripts = await scripts_of("search/index.html");
  expect(scripts.size).toBeGreaterThan(0);
  expect(gzip_kb(scripts)).toBeLessThan(60);
});
