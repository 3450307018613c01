/** A command as a process of its own: its input, output, size, signals and exit code are those of this one. */
import { spawn as spawnProcess } from "node:child_process";
import { constants } from "node:os";

export interface Start {
  command: string;
  args: string[];
  cwd: string;
  onOutput: (bytes: Uint8Array, stream: "stdout" | "stderr") => void;
}

const sizeOf = () => ({ cols: process.stdout.columns || 80, rows: process.stdout.rows || 24 });

export type Pty = typeof import("@lydell/node-pty");

/** Null on platforms for which it has no binary. */
export const loadPty = (): Promise<Pty | null> => import("@lydell/node-pty").catch(() => null);

/** In a pseudo-terminal of the same size as this one. */
export async function runInTerminal(
  { spawn }: Pty,
  { command, args, cwd, onOutput }: Start,
): Promise<number> {
  const { stdin, stdout, env } = process;
  const child = spawn(command, args, {
    ...sizeOf(),
    cwd,
    env,
    name: env.TERM ?? "xterm-256color",
    encoding: null,
  });
  const write = (bytes: Buffer): void => child.write(bytes as unknown as string);
  const resize = (): void => {
    const { cols, rows } = sizeOf();
    child.resize(cols, rows);
  };
  const forget = forward((signal) => child.kill(signal));
  child.onData((data) => {
    const bytes = data as unknown as Uint8Array;
    stdout.write(bytes);
    onOutput(bytes, "stdout");
  });
  stdin.setRawMode(true);
  stdin.on("data", write);
  stdout.on("resize", resize);
  return new Promise((resolve) =>
    child.onExit(({ exitCode, signal }) => {
      stdin.off("data", write);
      stdin.setRawMode(false);
      stdin.pause();
      stdout.off("resize", resize);
      forget();
      resolve(signal ? 128 + signal : exitCode);
    }),
  );
}

/** Without a terminal: bytes pass as they are, so `kulti run -- make > log` writes what make writes. */
export function runWithPipes({ command, args, cwd, onOutput }: Start): Promise<number> {
  const child = spawnProcess(command, args, { cwd, stdio: ["inherit", "pipe", "pipe"] });
  const forget = forward((signal) => child.kill(signal));
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (bytes: Buffer) => {
      // A reader that is slower than the command slows it down, as without us.
      if (!process[stream].write(bytes)) {
        child[stream].pause();
        process[stream].once("drain", () => child[stream].resume());
      }
      onOutput(bytes, stream);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      forget();
      if (error.code === "ENOENT") resolve(notFound(command));
      else reject(new Error(`Cannot run ${command}: ${error.message}.`));
    });
    child.on("close", (code, signal) => {
      forget();
      resolve(signal ? 128 + constants.signals[signal] : (code ?? 1));
    });
  });
}

function notFound(command: string): number {
  process.stderr.write(`kulti: Cannot run ${command}: the command was not found.\n`);
  return 127;
}

type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Hands signals on and outlives them: the command decides what they mean. */
function forward(kill: (signal: Signal) => void): () => void {
  const listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const others = process.listeners(signal);
    process.removeAllListeners(signal);
    const listener = (): void => {
      // From the keyboard the whole group gets it, the command too.
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      kill(signal);
    };
    process.on(signal, listener);
    return () => {
      process.off(signal, listener);
      for (const other of others) process.on(signal, other as () => void);
    };
  });
  return () => {
    for (const restore of listeners) restore();
  };
}
