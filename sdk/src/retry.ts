/**
 * Wraps fetch so that what may pass by itself is tried again: failures of the network, 408, 425, 429 and 5xx, and
 * successes that are no JSON (a proxy's page). Waits are `random × min(cap, base × 2^n)`, full jitter, and at least
 * what `Retry-After` asks for. It goes on until an answer comes or the request's signal is aborted.
 */
import { sleep } from "./timer.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface RetryOptions {
  /** Milliseconds. */
  base_ms: number;
  cap_ms: number;
  /** Called before each wait: the number of failures in a row, what happened and how long the wait is. */
  on_retry?: (failures: number, cause: string, wait_ms: number) => void;
  random?: () => number;
}

export function with_retry(send: Fetch, options: RetryOptions): Fetch {
  const { base_ms, cap_ms, on_retry, random = Math.random } = options;
  return async (url, init) => {
    for (let failures = 1; ; failures++) {
      let cause: string;
      let asked_ms = 0;
      try {
        const response = await send(url, init);
        if (!is_passing(response)) return response;
        cause = `it answered ${response.status}${response.ok ? " without JSON" : ""}`;
        asked_ms = retry_after_ms(response.headers.get("retry-after"));
      } catch (error) {
        if (init.signal?.aborted) throw error;
        cause = describe(error);
      }
      const jitter = random() * Math.min(cap_ms, base_ms * 2 ** Math.min(failures - 1, 20));
      const wait_ms = Math.max(asked_ms, jitter);
      on_retry?.(failures, cause, wait_ms);
      await sleep(wait_ms, init.signal ?? undefined);
    }
  };
}

/** 546 is the edge runtime's "over the limits of a worker": the same request would meet it again. */
function is_passing(response: Response): boolean {
  const { status } = response;
  if (status === 546) return false;
  if (response.ok) return !response.headers.get("content-type")?.includes("json");
  return status >= 500 || status === 429 || status === 408 || status === 425;
}

/** Seconds or an HTTP date; never more than five minutes, since a wrong clock must not silence an agent. */
export function retry_after_ms(header: string | null, now_ms: number = Date.now()): number {
  if (!header) return 0;
  const seconds = Number(header);
  const wait_ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now_ms;
  return Number.isFinite(wait_ms) ? Math.min(Math.max(0, wait_ms), 300_000) : 0;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
