/**
 * Wraps a transport with retries of temporary failures: any answer that is not from Kulti, and Kulti's own 429 and 5xx.
 * It retries until an answer comes or the signal is aborted.
 *
 * A wait is `random × min(cap, base × 2^n)`, full jitter, and at least what `Retry-After` asks for. While Kulti does not
 * answer at all, a cheap probe about every two seconds ends a long wait as soon as it does. While Kulti answers that it
 * can't serve, a wait is at most five seconds.
 */
import { sleep } from "./timer.ts";
import type { Answer, Failure, Refusal, Transport } from "./transport.ts";

export interface RetryOptions {
  baseMs: number;
  capMs: number;
  /** Whether Kulti answers; asked while it did not. */
  probe: (signal: AbortSignal) => Promise<boolean>;
  /** Temporary failures that the caller wants to see; `sentChars` is the size of the request's body. */
  isFinal?: (answer: Answer<unknown>, sentChars: number) => boolean;
  /** Called before each wait: the number of failures in a row, what happened and how long the wait is at most. */
  onRetry?: (failures: number, answer: Failure | Refusal, waitMs: number) => void;
  random?: () => number;
}

const probeEveryMs = 2_000;
const answeringCapMs = 5_000;

export function withRetry(transport: Transport, options: RetryOptions): Transport {
  const { isFinal, onRetry } = options;

  async function persist<Body>(
    attempt: () => Promise<Answer<Body>>,
    sentChars: number,
    signal: AbortSignal,
  ): Promise<Answer<Body>> {
    for (let failures = 1; ; failures++) {
      const answer = await attempt();
      if (!isPassing(answer) || isFinal?.(answer, sentChars)) return answer;
      const waitMs = waitAfter(answer, failures, options);
      onRetry?.(failures, answer, waitMs);
      const mayProbe = answer.kind === "failed" && answer.waitMs === 0;
      if (mayProbe && waitMs > probeEveryMs) {
        await sleepUntilUp(waitMs, answer.status === 0, options, signal);
      } else {
        await sleep(waitMs, signal);
      }
    }
  }

  return {
    post: (path, json, accepts, signal) =>
      persist(() => transport.post(path, json, accepts, signal), json.length, signal),
    get: (path, accepts, signal) => persist(() => transport.get(path, accepts, signal), 0, signal),
  };
}

const isPassing = (answer: Answer<unknown>): answer is Failure | Refusal =>
  answer.kind === "failed" ||
  (answer.kind === "refused" && (answer.status >= 500 || answer.status === 429));

function waitAfter(answer: Failure | Refusal, failures: number, options: RetryOptions): number {
  const { baseMs, capMs, random = Math.random } = options;
  const maxMs = answer.kind === "refused" ? Math.min(capMs, answeringCapMs) : capMs;
  const jitterMs = random() * Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 20));
  return Math.max(answer.waitMs, jitterMs);
}

/** Ends early when Kulti comes back; if it answered all the time, the wait is only shorter. */
async function sleepUntilUp(
  waitMs: number,
  seemedDown: boolean,
  { probe, random = Math.random }: RetryOptions,
  signal: AbortSignal,
): Promise<void> {
  let wasDown = seemedDown;
  for (let leftMs = waitMs; ; ) {
    const pauseMs = Math.min(leftMs, probeEveryMs * (0.5 + random()));
    await sleep(pauseMs, signal);
    leftMs -= pauseMs;
    if (leftMs <= 0) return;
    const isUp = await probe(signal);
    if (isUp && wasDown) return;
    if (isUp) leftMs = Math.min(leftMs, answeringCapMs * random());
    else wasDown = true;
  }
}

/** Such as `it answered 429: Too many requests.` */
export const causeOf = (answer: Failure | Refusal): string =>
  answer.kind === "failed" ? answer.why : `it answered ${answer.status}: ${answer.message}`;
