/** A body's bytes as they arrive, with an end to waiting for them. */
import { KultiError } from "../protocol/errors.ts";
import { grouped } from "../protocol/text.ts";
import type { Holding } from "./in-flight.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** Pieces of a body as it arrives. Each costs some microseconds, and a caller can make one of each byte. */
const maxPieces = 16_384;

/** The slowest body allowed: a caller that never ends one would occupy the memory of its bytes. */
export interface Pace {
  windowMs: number;
  /** Bytes that must arrive in each window, unless the body ends in it. */
  windowBytes: number;
  /** The whole body. */
  totalMs: number;
}

export const slowest: Pace = { windowMs: 5_000, windowBytes: 81_920, totalMs: 30_000 };

const cutOff = "Cannot read the body: it ended before its announced length.";

/**
 * The body's bytes as they arrive.
 * @throws KultiError `request_timeout` when they arrive too slowly; `unavailable` when the body gave way to another;
 * `malformed_body` when they break off or arrive in too many pieces
 */
export async function* arriving(
  body: ReadableStream<Bytes> | null,
  pace: Pace,
  { signal, arrived }: Holding,
): AsyncGenerator<Bytes> {
  if (!body) return;
  const reader = body.getReader();
  // Cancelling the stream ends the pending read.
  const giveUp = () => reader.cancel().catch(() => {});
  const watch = watchPace(pace, giveUp);
  signal.addEventListener("abort", giveUp);
  try {
    for (let pieces = 0; ; pieces++) {
      const { done, value } = await reader.read().catch(() => {
        throw new KultiError("malformed_body", cutOff);
      });
      signal.throwIfAborted();
      if (watch.refusal) throw watch.refusal;
      if (done) return;
      if (pieces >= maxPieces) throw tooManyPieces();
      watch.add(value.length);
      arrived(value.length);
      yield value;
    }
  } finally {
    watch.stop();
    signal.removeEventListener("abort", giveUp);
    reader.releaseLock();
  }
}

/** Calls `giveUp` once, when too few bytes have been added for the time; `refusal` then has the reason. */
function watchPace({ windowMs, windowBytes, totalMs }: Pace, giveUp: () => void) {
  const endsMs = performance.now() + totalMs;
  let arrivedBytes = 0;
  let refusal: KultiError | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refuse = (why: string) => {
    refusal = new KultiError("request_timeout", `Cannot accept the body: ${why}.`);
    giveUp();
  };
  const beginWindow = () => {
    const leftMs = endsMs - performance.now();
    arrivedBytes = 0;
    timer = setTimeout(
      () => {
        if (leftMs <= windowMs) {
          refuse(`it did not arrive within ${grouped(totalMs)} ms, the limit`);
        } else if (arrivedBytes < windowBytes) {
          const met = `${grouped(arrivedBytes)} bytes in ${grouped(windowMs)} ms`;
          refuse(`it came too slowly, ${met}, and at least ${grouped(windowBytes)} must arrive`);
        } else beginWindow();
      },
      Math.min(windowMs, leftMs),
    );
  };
  beginWindow();
  return {
    add(bytes: number): void {
      arrivedBytes += bytes;
    },
    stop: () => clearTimeout(timer),
    get refusal(): KultiError | null {
      return refusal;
    },
  };
}

const tooManyPieces = (): KultiError =>
  new KultiError(
    "malformed_body",
    `Cannot read the body: it arrives in more than ${grouped(maxPieces)} pieces, the limit.`,
  );
