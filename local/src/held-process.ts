/**
 * Child processes that cannot outlive this one, not even after `kill -9`: a small shell holds the reading end of a
 * pipe, and this process holds the writing end. When this process closes it or dies, the shell stops the child.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// Drops the shell's own output ("Terminated") and keeps the child's.
// A child that ignores its signal is killed after 10 s. `sleep 0.1` in a loop, not one long sleep, which would be left
// behind when the child ends early. Background jobs of a shell ignore SIGINT until they set their own handler.
const holdScript = `
signal=$1; shift
exec 3<&0 4>&2 2>/dev/null
"$@" 3<&- 2>&4 4>&- </dev/null &
child=$!
(
  read -r _ <&3
  kill -s "$signal" "$child" 2>/dev/null
  n=0
  while [ $n -lt 100 ] && kill -0 "$child" 2>/dev/null; do sleep 0.1; n=$((n + 1)); done
  kill -s KILL "$child" 2>/dev/null
) >/dev/null 4>&- &
watcher=$!
exec >/dev/null 4>&-
trap 'kill -s "$signal" "$child" 2>/dev/null' TERM INT HUP
status=0
while kill -0 "$child" 2>/dev/null; do wait "$child"; status=$?; done
kill "$watcher" 2>/dev/null
exit $status
`;

export interface HoldOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The signal that asks the child to end. */
  signal: "INT" | "TERM";
  /** Run as this user; only root may. */
  user?: { uid: number; gid: number } | undefined;
  /** The target of stdout and stderr: an open file, or a function that gets each line. */
  output: number | ((line: string) => void);
}

export interface HeldProcess {
  /** Exit code; settles when the child has ended for any reason. Never rejects. */
  exited: Promise<number>;
  /** Asks the child to end and waits until it has. */
  stop(): Promise<void>;
}

export function hold(command: string, args: string[], options: HoldOptions): HeldProcess {
  const sink = typeof options.output === "number" ? options.output : "pipe";
  const shell = spawn("/bin/sh", ["-c", holdScript, "hold", options.signal, command, ...args], {
    // Its own session: Ctrl-C in the terminal must reach us first, so that parts stop in order.
    detached: true,
    stdio: ["pipe", sink, sink],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.env !== undefined && { env: options.env }),
    ...options.user,
  });
  if (typeof options.output === "function") {
    for (const stream of [shell.stdout, shell.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", options.output);
    }
  }
  shell.stdin?.on("error", () => {});
  const exited = new Promise<number>((resolve) => {
    shell.once("error", () => resolve(127));
    shell.once("exit", (code) => resolve(code ?? 1));
  });
  return {
    exited,
    async stop() {
      shell.stdin?.end();
      await exited;
    },
  };
}
