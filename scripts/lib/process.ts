/** Running and ending processes. */
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";

export const root = join(import.meta.dirname, "..", "..");

/** The folder of a running Kulti, with `data/` and `local.json`. */
export const kultiDir = resolve(process.env.KULTI_DIR ?? join(root, ".kulti"));

/**
 * Calls `stop` once on Ctrl-C, SIGTERM, SIGHUP or the death of the parent, then exits. A process with nothing left to
 * do ends.
 * @returns does the same for another reason
 */
export function onEnd(stop: () => Promise<void>): (code: number) => Promise<void> {
  let ending = false;
  const end = async (code: number) => {
    if (ending) return;
    ending = true;
    try {
      await stop();
    } finally {
      process.exit(code);
    }
  };
  process.on("SIGINT", () => end(130));
  process.on("SIGTERM", () => end(143));
  process.on("SIGHUP", () => end(129));
  process.on("disconnect", () => end(143));
  // Listening must not keep the process alive after its work.
  process.channel?.unref();
  return end;
}

export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** Lines of both outputs; default: this process's own outputs. */
  onOutput?: (text: string) => void;
}

/** Runs a command to its end and answers its exit code. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<number> {
  const { env, cwd = root, onOutput } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", onOutput ? "pipe" : "inherit", onOutput ? "pipe" : "inherit"],
    });
    if (onOutput) {
      child.stdout?.on("data", (data) => onOutput(String(data)));
      child.stderr?.on("data", (data) => onOutput(String(data)));
    }
    const endChild = () => child.kill("SIGTERM");
    process.once("exit", endChild);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("exit", endChild);
      resolve(code ?? 1);
    });
  });
}
