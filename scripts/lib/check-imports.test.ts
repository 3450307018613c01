import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkImports } from "./check-imports.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kulti-imports-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function file(path: string, text: string) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

test("checkImports allows the imports in the table", () => {
  file("sdk/src/a.ts", `import { limits } from "@kulti/protocol";\nimport { b } from "./b.ts";`);
  file("sdk/src/b.ts", "export const b = 1;");
  expect(checkImports(root)).toEqual([]);
});

test("checkImports reports a forbidden module, by package and by path", () => {
  file("local/src/a.ts", `import { limits } from "@kulti/protocol";`);
  file("supabase/functions/chat/index.ts", `import {\n  x,\n} from "../ingest/handler.ts";`);
  expect(checkImports(root)).toEqual([
    "local/src/a.ts: local may not import protocol (@kulti/protocol)",
    "supabase/functions/chat/index.ts: functions/chat may not import functions/ingest (../ingest/handler.ts)",
  ]);
});

test("checkImports lets the islands read the rest of the site, and nothing below them read the islands", () => {
  file("site/src/islands/mind/a.tsx", `import { a } from "../../text/a.ts";`);
  file("site/src/text/a.ts", `import { b } from "../sources/b.ts";`);
  file("site/src/sources/b.ts", `import { c } from "../visit/c.ts";`);
  file("site/src/lobby/d.ts", `import { A } from "../islands/mind/a.tsx";`);
  expect(checkImports(root)).toEqual([
    "site/src/lobby/d.ts: site may not import islands (../islands/mind/a.tsx)",
    "site/src/sources/b.ts: sources may not import visit (../visit/c.ts)",
    "site/src/text/a.ts: text may not import sources (../sources/b.ts)",
  ]);
});

test("checkImports knows a function by its folder, and reports a folder that is in no module", () => {
  file(
    "supabase/functions/new/index.ts",
    `import { x } from "../_shared/http/x.ts";\nimport "../chat/a.ts";`,
  );
  file("elsewhere/a.ts", "export const a = 1;");
  expect(checkImports(root)).toEqual([
    "elsewhere/a.ts: its folder is in no module of the table",
    "supabase/functions/new/index.ts: functions/new may not import functions/chat (../chat/a.ts)",
  ]);
});

test("checkImports keeps packages out of the protocol, and parts of tests out of the product", () => {
  file(
    "supabase/functions/_shared/protocol/a.ts",
    `import { createClient } from "@supabase/supabase-js";`,
  );
  file("sdk/src/agent/a.ts", `import { start } from "../../test/agents.ts";`);
  file("sdk/src/agent/a.test.ts", `import { start } from "../../test/agents.ts";`);
  expect(checkImports(root)).toEqual([
    "sdk/src/agent/a.ts: agent may not import sdk/test (../../test/agents.ts)",
    "supabase/functions/_shared/protocol/a.ts: imports @supabase/supabase-js",
  ]);
});

test("checkImports keeps React out of the player and supabase-js out of the islands", () => {
  file("sdk/src/player/a.ts", `import { useState } from "react";`);
  file("site/src/islands/b.tsx", `import { createClient } from "@supabase/supabase-js";`);
  expect(checkImports(root)).toEqual([
    "sdk/src/player/a.ts: imports react",
    "site/src/islands/b.tsx: imports @supabase/supabase-js",
  ]);
});

test("checkImports lets the player import the protocol alone, and the islands import the player", () => {
  file("sdk/src/player/a.ts", `import { watchSession } from "../watch/index.ts";`);
  file("sdk/src/player/index.ts", `import { limits } from "@kulti/protocol";`);
  file("site/src/islands/b.tsx", `import { a } from "kulti/player";\nimport "kulti/watch";`);
  expect(checkImports(root)).toEqual([
    "sdk/src/player/a.ts: player may not import watch (../watch/index.ts)",
    "site/src/islands/b.tsx: islands may not import sdk (kulti/watch)",
  ]);
});

test("checkImports separates agent and watch, and lets others import the SDK by its entries alone", () => {
  file("sdk/src/agent/a.ts", `import { b } from "../watch/b.ts";`);
  file("sdk/src/watch/b.ts", `import { a } from "../agent/a.ts";`);
  file("sdk/src/export/c.ts", `import { a } from "../agent/a.ts";`);
  file("e2e/d.ts", `import "kulti/watch";\nimport { a } from "../sdk/src/agent/a.ts";`);
  expect(checkImports(root)).toEqual([
    "e2e/d.ts: e2e may not import agent (../sdk/src/agent/a.ts)",
    "sdk/src/agent/a.ts: agent may not import watch (../watch/b.ts)",
    "sdk/src/watch/b.ts: watch may not import agent (../agent/a.ts)",
    "cycle: sdk/src/agent/a.ts -> sdk/src/watch/b.ts -> sdk/src/agent/a.ts",
    "cycle: agent -> watch -> agent",
  ]);
});

test("checkImports reports icons of React below the islands, and a fetch in them", () => {
  file("site/src/lobby/a.ts", `import { Flag } from "lucide-react";`);
  file("site/src/islands/b.tsx", `import { Flag } from "lucide-react";\nawait fetch("/x");`);
  file("site/src/islands/c.tsx", "await api.fetch();");
  expect(checkImports(root)).toEqual([
    "site/src/islands/b.tsx: fetches",
    "site/src/lobby/a.ts: imports lucide-react",
  ]);
});

test("checkImports finds cycles through subpaths of packages, and cycles of modules", () => {
  file(
    "sdk/package.json",
    `{ "exports": { "./watch": { "kulti-source": "./src/watch/index.ts" } } }`,
  );
  file("sdk/src/watch/index.ts", `import { a } from "kulti/watch";`);
  file("sdk/src/export/a.ts", `import { b } from "../b.ts";`);
  file("sdk/src/b.ts", "export const b = 1;");
  file("sdk/src/c.ts", `import { d } from "./export/d.ts";`);
  file("sdk/src/export/d.ts", "export const d = 1;");
  const found = checkImports(root);
  expect(found).toContain("cycle: sdk/src/watch/index.ts -> sdk/src/watch/index.ts");
  expect(found).toContain("cycle: sdk -> export -> sdk");
});

test("checkImports reports a cycle", () => {
  file("e2e/a.ts", `import "./b.ts";`);
  file("e2e/b.ts", `export { a } from "./a.ts";`);
  expect(checkImports(root)).toEqual(["cycle: e2e/a.ts -> e2e/b.ts -> e2e/a.ts"]);
});
