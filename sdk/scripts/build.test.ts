import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { publint } from "publint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPacked } from "../test/installed-package.ts";

const sdk = fileURLToPath(new URL("..", import.meta.url));
const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
let folder: string;
let installed: string;

let tarball: string;

// Unpacks the tarball like an install into a user's project.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kulti-package-"));
  // Builds first, as `npm publish` does.
  ({ tarball, installed } = installPacked(sdk, folder));
  for (const name of ["@supabase", "tslib"]) {
    cpSync(join(modules, name), join(folder, "node_modules", name), { recursive: true });
  }
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (...args: string[]): string =>
  execFileSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
    // Without the condition by which the workspaces find the sources.
    env: { ...process.env, NODE_OPTIONS: "" },
  });

test("an agent needs nothing but the package", () => {
  writeFileSync(
    join(folder, "agent.mjs"),
    `import { createAgent, limits } from "kulti";
     import { createPlayer } from "kulti/player";
     import { readRecording } from "kulti/recordings";
     const agent = createAgent({ enabled: false });
     agent.think("hello");
     await agent.close();
     const { events } = readRecording('{"type":"task","data":{"title":"t"}}');
     const player = createPlayer({
       sessionId: "s",
       clock: { now: () => 0, frame: () => {}, isWatched: () => true },
       source: {
         start: (handlers) => handlers.events([{ seq: 1, at: "2026-11-22T10:00:00Z", ...events[0] }]),
         stop: () => {},
       },
     });
     console.log(limits.batch_events, events[0].type, player.stage().task.title);`,
  );
  expect(node("agent.mjs").trim()).toBe("500 task t");
});

test("the command runs from it", () => {
  expect(node(join(installed, "bin/kulti.mjs"), "--version").trim()).toMatch(/^\d+\.\d+\.\d+$/);
  expect(node(join(installed, "bin/kulti.mjs"), "replay", "--help")).toContain("--speed");
});

/** The code that an entry loads. */
function codeOf(entry: string, seen = new Set<string>()): string {
  if (seen.has(entry)) return "";
  seen.add(entry);
  const text = readFileSync(join(installed, "dist", entry), "utf8");
  const parts = [...text.matchAll(/from\s*"\.\/([^"]+)"/g)].map((match) =>
    codeOf(match[1] as string, seen),
  );
  return text + parts.join("");
}

test("the client contains neither the validator nor Node modules", () => {
  expect(codeOf("index.js")).not.toMatch(/from\s*"(?!\.\/)/);
});

// Compressed, because a browser loads it so. Each has some room.
test.each([
  ["index.js", 44_000],
  ["watch.js", 10_000],
  ["player.js", 26_000],
  ["recordings.js", 42_000],
  ["export.js", 25_000],
])("%s stays within its budget", (entry, bytes) => {
  expect(gzipSync(codeOf(entry)).length).toBeLessThan(bytes);
});

test("publint finds nothing", async () => {
  const { messages } = await publint({ pkgDir: installed, pack: false });
  expect(messages).toEqual([]);
});

test("attw finds that every way of resolving gets the right types", () => {
  const attw = join(modules, "@arethetypeswrong/cli/dist/index.js");
  const flags = ["--format", "json", "--exclude-entrypoints", "tokens.css"];
  const { analysis } = JSON.parse(node(attw, tarball, ...flags));
  expect(Object.values(analysis.problems)).toEqual([]);
});

test("require loads every entry", () => {
  writeFileSync(
    join(folder, "agent.cjs"),
    `const { createAgent } = require("kulti");
     const names = ["watch", "player", "recordings", "export", "export-page"];
     const counts = names.map((name) => Object.keys(require("kulti/" + name)).length > 0);
     createAgent({ enabled: false }).think("hello");
     require("kulti/export-page").loadPageCode().then(({ script }) => {
       console.log(counts.every(Boolean), script.length > 10_000);
     });`,
  );
  expect(node("agent.cjs").trim()).toBe("true true");
});

test("its types stand alone", () => {
  writeFileSync(
    join(folder, "typed.ts"),
    `import { createAgent, type KultiAgent, type Message } from "kulti";
     import { readRecording } from "kulti/recordings";
     import type { AgentEvent } from "kulti";
     import type { Command, PlayerState, Source } from "kulti/player";
     const agent: KultiAgent = createAgent({ session: "new", onMessage: (message: Message) => void message.text });
     agent.code("a.ts", "1", { action: "edit" });
     const events: AgentEvent[] = readRecording("").events;
     const command: Command = { kind: "seek", ms: 1_500 };
     const source: Source = { start: (handlers) => handlers.connection("live"), stop: () => {} };
     const titles = (state: PlayerState): string[] => [...state.chapters].map(({ title }) => title);
     void [command, source, titles];
     // @ts-expect-error no such status
     agent.status("dancing");
     // @ts-expect-error a thought needs a type
     agent.event("thought", { content: "x" });
     void events;`,
  );
  const tsc = join(modules, "typescript/lib/tsc.js");
  const flags = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--types",
    "",
  ];
  node(tsc, ...flags, "--lib", "es2024,dom", "typed.ts");
}, 30_000);
