/** The moments at which a process or a page is about to end. */

type Listener = (error: unknown) => void;
type Change = (event: string, listener: Listener) => unknown;

interface Host {
  process?: {
    on?: Change;
    off?: Change;
    listenerCount?: (event: string) => number;
    kill?: (pid: number, signal: string) => unknown;
    pid?: number;
  };
  addEventListener?: Change;
  removeEventListener?: Change;
}

export interface AtEnd {
  /** Node or Deno has nothing left to do (work started now still runs), or the page is hidden. */
  drain(): void;
  /** Too late to send: the process ends now, normally, by `process.exit`, by a signal or by an error. */
  lastWord(): void;
  /** Nobody caught this error. `isEnd`: the process ends of it. */
  crashed(error: unknown, isEnd: boolean): void;
}

const waiting = new Set<AtEnd>();
const drainAll = (): void => {
  for (const atEnd of waiting) atEnd.drain();
};
const lastWords = (): void => {
  for (const atEnd of waiting) atEnd.lastWord();
};
const crashAll = (error: unknown): void => {
  const isEnd = (globalThis as Host).process?.listenerCount?.("uncaughtException") === 0;
  for (const atEnd of waiting) atEnd.crashed(error, isEnd);
};

/** The signals that a process can catch and that end it. */
const onSignal = Object.fromEntries(
  ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => [signal, () => endBy(signal)]),
);

/** As without our listener: the signal ends the process, unless the program listens itself. */
function endBy(signal: string): void {
  lastWords();
  const { process } = globalThis as Host;
  if (process?.listenerCount?.(signal) !== 1) return;
  process.off?.(signal, onSignal[signal] as Listener);
  process.kill?.(process.pid ?? 0, signal);
}

/**
 * Listens for the end of the process, with one listener for all its agents, until the caller calls the returned
 * function.
 */
export function onExit(atEnd: AtEnd): () => void {
  if (waiting.size === 0) listen(true);
  waiting.add(atEnd);
  return () => {
    if (waiting.delete(atEnd) && waiting.size === 0) listen(false);
  };
}

function listen(isOn: boolean): void {
  const host = globalThis as Host;
  const { process } = host;
  if (typeof process?.on === "function") {
    const change = isOn ? process.on.bind(process) : process.off?.bind(process);
    change?.("beforeExit", drainAll);
    change?.("exit", lastWords);
    change?.("uncaughtExceptionMonitor", crashAll);
    for (const [signal, end] of Object.entries(onSignal)) change?.(signal, end);
  } else if (isOn) host.addEventListener?.("pagehide", drainAll);
  else host.removeEventListener?.("pagehide", drainAll);
}
