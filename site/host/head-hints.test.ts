import { expect, test } from "vitest";
import { withHints } from "./head-hints.ts";

const imports = new Map([
  ["/assets/stage.js", ["/assets/react.js", "/assets/player.js"]],
  ["/assets/player.js", ["/assets/fold.js", "/assets/stage.js"]],
  ["/assets/other.js", ["/assets/chart.js"]],
]);

const hinted = (html: string) =>
  [...withHints(html, imports).matchAll(/<link rel="(\w+)" href="([^"]+)"/g)].map(
    ([, rel, href]) => `${rel} ${href}`,
  );

test("withHints names each script that an island and its imports need, once", () => {
  const island =
    '<astro-island component-url="/assets/stage.js" renderer-url="/assets/client.js"></astro-island>';
  expect(hinted(`<head></head><body>${island}</body>`)).toEqual([
    "preload /config.json",
    "modulepreload /assets/stage.js",
    "modulepreload /assets/react.js",
    "modulepreload /assets/player.js",
    "modulepreload /assets/fold.js",
    "modulepreload /assets/client.js",
  ]);
});

test("withHints names the scripts of a page without islands", () => {
  const script = '<script type="module" src="/assets/other.js"></script>';
  expect(hinted(`<head>${script}</head>`)).toEqual([
    "preload /config.json",
    "modulepreload /assets/other.js",
    "modulepreload /assets/chart.js",
  ]);
});

test("withHints leaves a page without scripts unchanged", () => {
  const html = "<head></head><body><script>let theme;</script></body>";
  expect(withHints(html, imports)).toBe(html);
});
