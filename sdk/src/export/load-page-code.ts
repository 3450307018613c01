/** Loads the code of the page for `exportHtml`. Needs a file system. */
import { existsSync, readFileSync } from "node:fs";
import type { PageCode } from "./html.ts";

/** Reads the built code in the package. In a checkout, builds it from the sources once per process. */
export function loadPageCode(): Promise<PageCode> {
  loading ??= findPageCode();
  return loading;
}

let loading: Promise<PageCode> | undefined;

async function findPageCode(): Promise<PageCode> {
  const ready = new URL("./page-code.json", import.meta.url);
  if (existsSync(ready)) return JSON.parse(readFileSync(ready, "utf8"));
  const builder = new URL("../../scripts/page-code.mjs", import.meta.url);
  const { buildPageCode } = await import(builder.href);
  return buildPageCode();
}
