/** The moments at which a process or a page is about to end. */

type Listen = (event: string, run: () => void) => void;

interface Host {
  process?: { on?: Listen; off?: Listen };
  addEventListener?: Listen;
  removeEventListener?: Listen;
}

export interface AtEnd {
  /** Node or Deno has nothing left to do (work started now still runs), or the page is hidden. */
  drain(): void;
  /** Too late to send: the process ends now, normally, by `process.exit` or by an error. */
  lastWord(): void;
}

const waiting = new Set<AtEnd>();
const drainAll = (): void => {
  for (const atEnd of waiting) atEnd.drain();
};
const lastWords = (): void => {
  for (const atEnd of waiting) atEnd.lastWord();
};

/**
 * Listens for the end of the process, with one listener for all its agents, until the caller calls the returned
 * function. An unhandled signal ends a process without either moment: close the agent before.
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
  } else if (isOn) host.addEventListener?.("pagehide", drainAll);
  else host.removeEventListener?.("pagehide", drainAll);
}
