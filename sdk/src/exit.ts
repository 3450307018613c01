/** The moments at which a process or a page is about to end. */

type Listen = (event: string, run: () => void) => void;

interface Host {
  process?: { on?: Listen; off?: Listen };
  addEventListener?: Listen;
  removeEventListener?: Listen;
}

const drains = new Set<() => void>();
const drain_all = (): void => {
  for (const drain of drains) drain();
};

/**
 * Runs `drain` when Node or Deno has nothing left to do (what it starts is still carried out), and when a page is
 * hidden. A process that is ended by `process.exit` or a signal gives no such moment: close the agent before. All
 * agents of a process share one listener.
 */
export function on_exit(drain: () => void): () => void {
  if (drains.size === 0) listen(true);
  drains.add(drain);
  return () => {
    if (drains.delete(drain) && drains.size === 0) listen(false);
  };
}

function listen(is_on: boolean): void {
  const host = globalThis as Host;
  const { process } = host;
  if (typeof process?.on === "function") {
    if (is_on) process.on("beforeExit", drain_all);
    else process.off?.("beforeExit", drain_all);
  } else if (is_on) host.addEventListener?.("pagehide", drain_all);
  else host.removeEventListener?.("pagehide", drain_all);
}
