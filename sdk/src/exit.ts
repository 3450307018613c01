/** The moments at which a process or a page is about to end. */

type Listen = (event: string, run: () => void) => void;

interface Host {
  process?: { on?: Listen; off?: Listen };
  addEventListener?: Listen;
  removeEventListener?: Listen;
}

export interface AtEnd {
  /** Node or Deno has nothing left to do (what it starts is still carried out), or the page is hidden. */
  drain(): void;
  /** Nothing can be sent any more: the process ends now, by itself, by `process.exit` or by an error. */
  last_word(): void;
}

const waiting = new Set<AtEnd>();
const drain_all = (): void => {
  for (const at_end of waiting) at_end.drain();
};
const last_words = (): void => {
  for (const at_end of waiting) at_end.last_word();
};

/**
 * Listens for the end of the process, with one listener for all its agents, until the function returned is called. A
 * signal that nobody handles ends a process without either moment: close the agent before.
 */
export function on_exit(at_end: AtEnd): () => void {
  if (waiting.size === 0) listen(true);
  waiting.add(at_end);
  return () => {
    if (waiting.delete(at_end) && waiting.size === 0) listen(false);
  };
}

function listen(is_on: boolean): void {
  const host = globalThis as Host;
  const { process } = host;
  if (typeof process?.on === "function") {
    const change = is_on ? process.on.bind(process) : process.off?.bind(process);
    change?.("beforeExit", drain_all);
    change?.("exit", last_words);
  } else if (is_on) host.addEventListener?.("pagehide", drain_all);
  else host.removeEventListener?.("pagehide", drain_all);
}
