/** Timers that don't keep the process alive: streaming must never be the reason why an agent does not end. */

interface Runtime {
  Deno?: { unrefTimer?: (id: number) => void };
}

export function set_timer(run: () => void, wait_ms: number): () => void {
  const timer: unknown = setTimeout(run, wait_ms);
  if (typeof timer === "object" && timer !== null && "unref" in timer) {
    (timer as { unref: () => void }).unref();
  } else {
    (globalThis as Runtime).Deno?.unrefTimer?.(timer as number);
  }
  return () => clearTimeout(timer as number);
}

/** Rejects with the signal's reason when it is aborted. */
export function sleep(wait_ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = set_timer(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, wait_ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
