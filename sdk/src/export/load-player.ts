/** The offline player for `export_html`; only where there is a file system. */
import { existsSync, readFileSync } from "node:fs";
import type { OfflinePlayer } from "./html.ts";

/** In the package it lies ready; in a checkout it is built from its sources, once for a process. */
export function load_player(): Promise<OfflinePlayer> {
  loading ??= find_player();
  return loading;
}

let loading: Promise<OfflinePlayer> | undefined;

async function find_player(): Promise<OfflinePlayer> {
  const ready = new URL("./offline-player.json", import.meta.url);
  if (existsSync(ready)) return JSON.parse(readFileSync(ready, "utf8"));
  const builder = new URL("../../scripts/offline-player.mjs", import.meta.url);
  const { build_player } = await import(builder.href);
  return build_player();
}
