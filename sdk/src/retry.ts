/**
 * Wraps a transport so that passing failures are tried again: everything that is no answer of Kulti, and Kulti's own 429
 * and 5xx. It goes on until an answer comes or the signal is aborted.
 *
 * A wait is `random × min(cap, base × 2^n)`, full jitter, and at least what `Retry-After` asks for. While Kulti does not
 * answer at all, a cheap probe about every two seconds ends a long wait as soon as it does; while it answers that it
 * can't serve, a wait is at most five seconds.
 */
import { sleep } from "./timer.ts";
import type { Answer, Failure, Refusal, Transport } from "./transport.ts";

export interface RetryOptions {
  base_ms: number;
  cap_ms: number;
  /** Whether Kulti answers; asked while it did not. */
  probe: (signal: AbortSignal) => Promise<boolean>;
  /** Answers that the caller wants to see although they may pass; `sent_chars` is the size of the request's body. */
  is_final?: (answer: Answer<unknown>, sent_chars: number) => boolean;
  /** Called before each wait: the number of failures in a row, what happened and how long the wait is at most. */
  on_retry?: (failures: number, cause: string, wait_ms: number) => void;
  random?: () => number;
}

const probe_every_ms = 2_000;
const answering_cap_ms = 5_000;

export function with_retry(transport: Transport, options: RetryOptions): Transport {
  const { is_final, on_retry } = options;

  async function persist<Body>(
    attempt: () => Promise<Answer<Body>>,
    sent_chars: number,
    signal: AbortSignal,
  ): Promise<Answer<Body>> {
    for (let failures = 1; ; failures++) {
      const answer = await attempt();
      if (!is_passing(answer) || is_final?.(answer, sent_chars)) return answer;
      const wait_ms = wait_after(answer, failures, options);
      on_retry?.(failures, cause_of(answer), wait_ms);
      const may_probe = answer.kind === "failed" && answer.wait_ms === 0;
      if (may_probe && wait_ms > probe_every_ms) {
        await sleep_until_up(wait_ms, answer.status === 0, options, signal);
      } else {
        await sleep(wait_ms, signal);
      }
    }
  }

  return {
    post: (path, json, accepts, signal) =>
      persist(() => transport.post(path, json, accepts, signal), json.length, signal),
    get: (path, accepts, signal) => persist(() => transport.get(path, accepts, signal), 0, signal),
  };
}

const is_passing = (answer: Answer<unknown>): answer is Failure | Refusal =>
  answer.kind === "failed" ||
  (answer.kind === "refused" && (answer.status >= 500 || answer.status === 429));

function wait_after(answer: Failure | Refusal, failures: number, options: RetryOptions): number {
  const { base_ms, cap_ms, random = Math.random } = options;
  const most_ms = answer.kind === "refused" ? Math.min(cap_ms, answering_cap_ms) : cap_ms;
  const jitter_ms = random() * Math.min(most_ms, base_ms * 2 ** Math.min(failures - 1, 20));
  return Math.max(answer.wait_ms, jitter_ms);
}

/** Ends early when Kulti comes back; where it was there all the time, the wait is only made shorter. */
async function sleep_until_up(
  wait_ms: number,
  seemed_down: boolean,
  { probe, random = Math.random }: RetryOptions,
  signal: AbortSignal,
): Promise<void> {
  let was_down = seemed_down;
  for (let left_ms = wait_ms; ; ) {
    const pause_ms = Math.min(left_ms, probe_every_ms * (0.5 + random()));
    await sleep(pause_ms, signal);
    left_ms -= pause_ms;
    if (left_ms <= 0) return;
    const is_up = await probe(signal);
    if (is_up && was_down) return;
    if (is_up) left_ms = Math.min(left_ms, answering_cap_ms * random());
    else was_down = true;
  }
}

const cause_of = (answer: Failure | Refusal): string =>
  answer.kind === "failed" ? answer.why : `it answered ${answer.status}: ${answer.message}`;
