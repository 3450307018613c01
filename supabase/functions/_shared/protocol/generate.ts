/** `node generate.ts` writes `generated/`; a test fails when it is stale. */
import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchema } from "./generate/json-schema.ts";
import { openapi } from "./generate/openapi.ts";
import { pythonContract, pythonTypes } from "./generate/python.ts";

const written = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

export const generated: Record<string, () => string> = {
  "kulti.schema.json": () => written(jsonSchema()),
  "openapi.json": () => written(openapi()),
};

/** By path from this folder. */
export const generatedForPython: Record<string, () => string> = {
  "../../../../sdk/python/src/kulti/contract.json": () => written(pythonContract()),
  "../../../../sdk/python/src/kulti/types.py": pythonTypes,
};

if (import.meta.main) {
  const folder = new URL("./generated/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, make] of Object.entries(generated))
    writeFileSync(new URL(name, folder), make());
  for (const [path, make] of Object.entries(generatedForPython)) {
    writeFileSync(new URL(path, import.meta.url), make());
  }
}
