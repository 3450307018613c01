/** Reads the golden payloads; only tests do. */
import { readdirSync, readFileSync } from "node:fs";
import { is_object } from "./text.ts";

export interface Fixture {
  name: string;
  about: string;
  request: string;
  body: unknown;
  code: string;
  issues: { path: string; limit?: number }[];
  events: { type: string; data: unknown; at?: string }[];
}

export function read_fixtures(kind: "valid" | "invalid" | "legacy"): Fixture[] {
  const folder = new URL(`./fixtures/${kind}/`, import.meta.url);
  return readdirSync(folder).map((file) => ({
    ...(spelt_out(JSON.parse(readFileSync(new URL(file, folder), "utf8"))) as Fixture),
    name: file.replace(".json", ""),
  }));
}

function spelt_out(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelt_out);
  if (!is_object(value)) return value;
  if (is_object(value.$repeat)) {
    const { text, item, times } = value.$repeat;
    return typeof text === "string" ? text.repeat(Number(times)) : Array(Number(times)).fill(item);
  }
  if (Array.isArray(value.$join)) return value.$join.map(spelt_out).join("");
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spelt_out(item)]));
}
