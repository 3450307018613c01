import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { root } from "./process.ts";

const start = (then: string) =>
  spawn(
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `import { onEnd } from "./scripts/lib/process.ts";
       onEnd(async () => {});
       ${then}`,
    ],
    { cwd: root, stdio: ["ignore", "inherit", "inherit", "ipc"] },
  );

test("onEnd lets an idle process end by itself", async () => {
  const child = start("");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("onEnd ends a process whose parent is gone", async () => {
  const child = start("setInterval(() => {}, 1000); process.send('ready');");
  await once(child, "message");
  child.disconnect();
  expect(await once(child, "exit")).toEqual([143, null]);
});
