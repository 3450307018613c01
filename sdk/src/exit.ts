/** The moments at which a process or a page is about to end. */

type Listen = (event: string, run: () => void) => void;

interface Host {
  process?: { on?: Listen; off?: Listen };
  addEventListener?: Listen;
  removeEventListener?: Listen;
}

/**
 * Runs `drain` when Node or Deno has nothing left to do (what it starts is still carried out), and when a page is
 * hidden. A process that is ended by `process.exit` or a signal gives no such moment: close the agent before.
 */
export function on_exit(drain: () => void): () => void {
  const host = globalThis as Host;
  const { process } = host;
  if (typeof process?.on === "function") {
    process.on("beforeExit", drain);
    return () => process.off?.("beforeExit", drain);
  }
  host.addEventListener?.("pagehide", drain);
  return () => host.removeEventListener?.("pagehide", drain);
}
