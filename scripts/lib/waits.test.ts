/** The linter refuses requests and sockets that may wait for ever, in every folder that could have some. */
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "./process.ts";

const waiting = `
export { RealtimeClient } from "@supabase/realtime-js";
export { createClient } from "@supabase/supabase-js";
export const asked = fetch("/x");
export const socket = new WebSocket("/x");
export const source = new EventSource("/x");
`;

const folders = [
  ...[
    "sdk/src",
    "sdk/src/cli/commands",
    "site/host",
    "site/src/islands/work",
    "site/src/sources",
    "scripts",
  ],
  ...["supabase/functions/ingest", "supabase/functions/_shared/http"],
];

test("the linter rejects unbounded waits wherever the product talks to a server", () => {
  const paths = folders.map((folder) => join(folder, `waits-${process.pid}.ts`));
  onTestFinished(() => {
    for (const path of paths) rmSync(join(root, path), { force: true });
  });
  for (const path of paths) writeFileSync(join(root, path), waiting);
  const { stdout } = spawnSync(
    join(root, "node_modules", ".bin", "biome"),
    ["lint", "--reporter=github", "--max-diagnostics=none", ...paths],
    { cwd: root, encoding: "utf8" },
  );
  const refused = (rule: string, path: string) =>
    stdout.split("\n").filter((line) => line.includes(rule) && line.includes(path)).length;
  for (const path of paths) {
    expect([
      path,
      refused("noRestrictedGlobals", path),
      refused("noRestrictedImports", path),
    ]).toEqual([path, 3, 2]);
  }
});
