/** Timers that don't keep the process alive: streaming must not stop an agent from ending. */

interface Runtime {
  Deno?: { unrefTimer?: (id: number) => void };
}

/** The longest wait of `setTimeout`; over it the platform waits one millisecond. */
export const longestTimerMs = 2 ** 31 - 1;

export function setTimer(run: () => void, waitMs: number): () => void {
  const timer: unknown = setTimeout(run, Math.min(waitMs, longestTimerMs));
  if (typeof timer === "object" && timer !== null && "unref" in timer) {
    (timer as { unref: () => void }).unref();
  } else {
    (globalThis as Runtime).Deno?.unrefTimer?.(timer as number);
  }
  return () => clearTimeout(timer as number);
}

/** Rejects with the signal's reason when it is aborted. */
export function sleep(waitMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = setTimer(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, waitMs);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
