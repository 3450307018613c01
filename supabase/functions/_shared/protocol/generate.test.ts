import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { readFixtures } from "./fixtures.ts";
import * as examples from "./generate/openapi-examples.ts";
import { generated, generatedForPython } from "./generate.ts";
import { parseLegacy } from "./legacy/legacy.ts";
import {
  parseAgentMessage,
  parseIngest,
  parseProfileChanges,
  parseRegister,
  parseRotate,
  parseViewerMessage,
} from "./schema.ts";

const document = (name: string) => JSON.parse(generated[name]?.() ?? "");

test.each(Object.keys(generated))("generated/%s is what `node generate.ts` writes", (name) => {
  const file = new URL(`./generated/${name}`, import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(generated[name]?.());
});

test.each(Object.keys(generatedForPython))("%s is what `node generate.ts` writes", (path) => {
  expect(readFileSync(new URL(path, import.meta.url), "utf8")).toBe(generatedForPython[path]?.());
});

test.each(Object.keys(generated))("every $ref of %s resolves", (name) => {
  const whole = document(name);
  const refs = [...JSON.stringify(whole).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path);
  expect(refs.length).toBeGreaterThan(10);
  const missing = refs.filter(
    (path) => path?.split("/").reduce((value, key) => value?.[key], whole) === undefined,
  );
  expect(missing).toEqual([]);
});

describe("kulti.schema.json", () => {
  const ajv = new Ajv({ validateFormats: false, strictRequired: false, strictTypes: false });
  ajv.addSchema(document("kulti.schema.json"), "kulti");
  const schemas: Record<string, string> = {
    ingest: "IngestRequest",
    register: "RegisterRequest",
    profile_changes: "ProfileChanges",
    rotate: "RotateRequest",
    scrub: "ScrubRequest",
    viewer_message: "ViewerMessageRequest",
    agent_message: "AgentMessageRequest",
  };
  const accepts = (request: string, body: unknown) =>
    ajv.validate({ $ref: `kulti#/$defs/${schemas[request]}` }, body);

  test.each(readFixtures("valid"))("accepts $name", ({ request, body }) => {
    expect(accepts(request, body), JSON.stringify(ajv.errors)).toBe(true);
  });

  /** JSON Schema cannot express these: sizes in bytes, characters, depth, real dates, addresses, references. */
  const beyond =
    /too-long|too-large|nul$|surrogate|blank|time-|deep|uuid|session$|avatar|relative|no-change|tokens-large|alike|default-unknown/;

  test.each(readFixtures("invalid").filter(({ name }) => !beyond.test(name)))(
    "refuses $name",
    ({ request, body }) => {
      expect(accepts(request, body)).toBe(false);
    },
  );
});

test("the examples of openapi.json are accepted", () => {
  const bodies = Object.values(examples.ingestExamples);
  expect(bodies.length).toBeGreaterThan(0);
  for (const body of bodies) expect(parseIngest(body).events.length).toBeGreaterThan(0);
  expect(parseLegacy(examples.legacyExample).events).toHaveLength(2);
  parseRegister(examples.registerExample);
  parseProfileChanges(examples.profileExample);
  parseRotate(examples.rotateExample);
  parseViewerMessage(examples.viewerMessageExample);
  parseAgentMessage(examples.agentMessageExample);
});
