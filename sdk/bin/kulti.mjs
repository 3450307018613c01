#!/usr/bin/env node
// Runs the sources in a checkout (Node strips the types itself from 22.18 on), and the built file in the package.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = new URL("../src/cli/main.ts", import.meta.url);
const built = [
  new URL("../cli.js", import.meta.url),
  new URL("../dist/cli.js", import.meta.url),
].find(existsSync);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const stripsTypes = major > 22 || (major === 22 && minor >= 18);
const ownNode = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));

if (existsSync(source) && !stripsTypes && existsSync(ownNode)) {
  const child = spawn(ownNode, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, "exit");
  process.exit(code ?? 1);
}
const entry = existsSync(source) && stripsTypes ? source : built;
if (!entry) {
  console.error(
    `kulti: Cannot start: Node ${process.versions.node} reads no TypeScript. Use Node 22.18 or later, or build with npm run build -w sdk.`,
  );
  process.exit(1);
}

const { main } = await import(entry.href);
const interruption = new AbortController();
let interruptedAt = 0;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    // The first one ends in order, the second at once; Ctrl-C comes from the terminal and, handed on, from above.
    if (interruption.signal.aborted && Date.now() - interruptedAt > 500) process.exit(130);
    if (interruption.signal.aborted) return;
    interruptedAt = Date.now();
    interruption.abort();
  });
}
// A reader that has gone (`kulti … | head`) is no failure of ours.
process.stdout.on("error", () => {});

const { env, stdin } = process;
process.exitCode = await main(process.argv.slice(2), {
  env,
  stdin,
  cwd: process.cwd(),
  signal: interruption.signal,
});
// An idle stdin would keep the process; all that was sent has been acknowledged by now.
stdin.unref?.();
// So would timers of a connection that is closed.
setTimeout(() => process.exit(), 500).unref();
