/** `node generate.ts` writes `generated/`; a test fails when it is stale. */
import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchema } from "./generate/json-schema.ts";
import { openapi } from "./generate/openapi.ts";

const written = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

export const generated: Record<string, () => string> = {
  "kulti.schema.json": () => written(jsonSchema()),
  "openapi.json": () => written(openapi()),
};

if (import.meta.main) {
  const folder = new URL("./generated/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, make] of Object.entries(generated))
    writeFileSync(new URL(name, folder), make());
}
