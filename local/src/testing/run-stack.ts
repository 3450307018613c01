/** A stack in its own process, which a test can kill without ending itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { StackOptions } from "../stack.ts";

const script = fileURLToPath(new URL("../../test-fixtures/run-stack.ts", import.meta.url));

/** Settles when the stack is up; throws with its output if it ends first. */
export async function runStack(
  options: Omit<StackOptions, "log">,
  user?: { uid: number; gid: number },
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "pipe"],
    ...user,
  });
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    if (child.stdout) createInterface({ input: child.stdout }).once("line", () => resolve());
    child.once("exit", (code) => reject(new Error(`The stack ended with ${code}: ${said}`)));
  });
  return child;
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(child, "exit");
  child.kill(signal);
  const [code] = await ended;
  return code;
}
