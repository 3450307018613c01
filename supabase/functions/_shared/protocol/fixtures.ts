/** Reads the golden payloads, for tests. */
import { readdirSync, readFileSync } from "node:fs";
import { isObject } from "./text.ts";

export interface Fixture {
  name: string;
  about: string;
  request: string;
  body: unknown;
  code: string;
  issues: { path: string; limit?: number }[];
  events: { type: string; data: unknown; at?: string }[];
}

export function readFixtures(kind: "valid" | "invalid" | "legacy"): Fixture[] {
  const folder = new URL(`./fixtures/${kind}/`, import.meta.url);
  return readdirSync(folder).map((file) => ({
    ...(speltOut(JSON.parse(readFileSync(new URL(file, folder), "utf8"))) as Fixture),
    name: file.replace(".json", ""),
  }));
}

function speltOut(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(speltOut);
  if (!isObject(value)) return value;
  if (isObject(value.$repeat)) {
    const { text, item, times } = value.$repeat;
    return typeof text === "string" ? text.repeat(Number(times)) : Array(Number(times)).fill(item);
  }
  if (Array.isArray(value.$join)) return value.$join.map(speltOut).join("");
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, speltOut(item)]));
}
