/** Runs functions with the Deno of the npm package `deno`. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { type HeldProcess, hold } from "../held-process.ts";
import { host } from "../ports.ts";

/** The binary itself: `.bin/deno` is a script whose death would leave the binary behind. */
export function denoBinary(): string {
  const require = createRequire(import.meta.url);
  const suffix = process.platform === "linux" ? "-glibc" : "";
  const name = `@deno/${process.platform}-${process.arch}${suffix}`;
  const folders = [
    ...(require.resolve.paths(name) ?? []),
    path.join(path.dirname(require.resolve("deno/package.json")), "node_modules"),
  ];
  const binary = folders
    .map((folder) => path.join(folder, name, "deno"))
    .find((file) => existsSync(file));
  if (binary) return binary;
  throw new Error(`Cannot run Edge Functions: package ${name} is not installed. Run npm install.`);
}

export interface DenoOptions {
  entrypoint: string;
  port: number;
  env: Record<string, string>;
  /** The folder of Deno's caches. */
  cacheDir: string;
  onLine: (line: string) => void;
}

/** Runs one function, offline, with the memory of an Edge Function. It listens on `http://127.0.0.1:<port>/`. */
export async function runFunction(options: DenoOptions): Promise<HeldProcess> {
  const source = await readFile(options.entrypoint, "utf8");
  // Supabase takes both `export default { fetch }` and `Deno.serve(...)`; Deno has a command for each.
  const servesDefault = /^[ \t]*export\s+default\b|\bas\s+default\b/m.test(source);
  const args = [
    ...(servesDefault ? ["serve", `--host=${host}`, `--port=${options.port}`] : ["run"]),
    "--quiet",
    "--no-prompt",
    "--no-lock",
    "--cached-only",
    "--node-modules-dir=manual",
    "--allow-net",
    "--allow-env",
    "--allow-read",
    "--allow-sys",
    "--v8-flags=--max-old-space-size=256",
    options.entrypoint,
  ];
  return hold(denoBinary(), args, {
    cwd: path.dirname(options.entrypoint),
    env: {
      ...options.env,
      ...(!servesDefault && { DENO_SERVE_ADDRESS: `tcp:${host}:${options.port}` }),
      DENO_DIR: options.cacheDir,
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
    },
    signal: "TERM",
    output: options.onLine,
  });
}
