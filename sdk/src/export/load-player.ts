/** The offline player for `exportHtml`; only where there is a file system. */
import { existsSync, readFileSync } from "node:fs";
import type { OfflinePlayer } from "./html.ts";

/** In the package it lies ready; in a checkout it is built from its sources, once for a process. */
export function loadPlayer(): Promise<OfflinePlayer> {
  loading ??= findPlayer();
  return loading;
}

let loading: Promise<OfflinePlayer> | undefined;

async function findPlayer(): Promise<OfflinePlayer> {
  const ready = new URL("./offline-player.json", import.meta.url);
  if (existsSync(ready)) return JSON.parse(readFileSync(ready, "utf8"));
  const builder = new URL("../../scripts/offline-player.mjs", import.meta.url);
  const { buildPlayer } = await import(builder.href);
  return buildPlayer();
}
