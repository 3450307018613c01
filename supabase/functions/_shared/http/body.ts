/** Reads a JSON body within limits on its bytes before and after decompression, its time and its memory. */
import { KultiError } from "../protocol/errors.ts";
import { parseJson } from "../protocol/schema.ts";
import { grouped } from "../protocol/text.ts";
import { type Holding, InFlight } from "./in-flight.ts";
import {
  jsonDepthLimit,
  jsonKeysLimit,
  jsonValuesLimit,
  type ShapeProblem,
  shapeProblem,
} from "./json-shape.ts";
import type { Sender } from "./pool.ts";

/**
 * Compressed bytes are inflated in pieces of this size. Deflate makes at most 1,032 bytes of one, so that a gzip bomb
 * takes 8 MB before the limit stops it.
 */
const inflatePieceBytes = 8_192;

/** Stop waiting after that: a caller may send without end, or not at all. */
const discardedBytes = 16_777_216;
const discardingMs = 2_000;

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

const slowest: Pace = { windowMs: 5_000, windowBytes: 81_920, totalMs: 30_000 };

type Bytes = Uint8Array<ArrayBuffer>;

export interface ReadOptions {
  /** For the body as sent and as decompressed. */
  limitBytes: number;
  sender: Sender;
  pace?: Pace;
}

/**
 * The request's JSON value. Its bytes count as held until `releaseBody`.
 * @throws KultiError `unsupported_media_type`, `body_too_large`, `malformed_body`, `malformed_json`, `request_timeout`,
 * `unavailable`, `invalid_request`
 */
export async function readJson(request: Request, options: ReadOptions): Promise<unknown> {
  return parse(await readText(request, options));
}

/** As `readJson`, for an optional body: null if there is none. */
export async function readOptionalJson(request: Request, options: ReadOptions): Promise<unknown> {
  const text = await readText(request, options);
  return text === "" ? null : parse(text);
}

const inFlight = new InFlight();
const held = new WeakMap<Request, Holding>();

/** Called when the request is answered. */
export function releaseBody(request: Request): void {
  held.get(request)?.release();
  held.delete(request);
}

async function readText(request: Request, options: ReadOptions): Promise<string> {
  const { limitBytes, sender, pace = slowest } = options;
  requireJson(request.headers.get("content-type"));
  const isGzip = isGzipEncoding(request.headers.get("content-encoding"));
  if (Number(request.headers.get("content-length")) > limitBytes) throw tooLarge(limitBytes);
  const holding = inFlight.hold(sender);
  held.set(request, holding);
  const sent = bounded(arriving(request.body, pace, holding), limitBytes);
  const bytes = await collect(isGzip ? bounded(inflate(sent), limitBytes) : sent, holding);
  holding.complete();
  return await decode(bytes);
}

/**
 * Reads and drops the rest of the body. Measured: without this, one caller in three never saw the answer, because the
 * proxy between them met a closed connection first.
 */
export async function discardRest({ body }: Request): Promise<void> {
  if (!body || body.locked) return;
  let leftBytes = discardedBytes;
  const nowhere = new WritableStream<Bytes>({
    write(chunk, controller) {
      leftBytes -= chunk.length;
      if (leftBytes < 0) controller.error();
    },
  });
  await body.pipeTo(nowhere, { signal: AbortSignal.timeout(discardingMs) }).catch(() => {});
}

/** No type and text/plain pass too: `navigator.sendBeacon` and small clients can't or don't name JSON. */
function requireJson(contentType: string | null): void {
  const mediaType = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (mediaType === "" || mediaType === "text/plain") return;
  if (/^application\/([\w.-]+\+)?json$/.test(mediaType)) return;
  throw new KultiError(
    "unsupported_media_type",
    'Cannot read the body: its content-type is not JSON. Send "content-type: application/json".',
  );
}

function isGzipEncoding(contentEncoding: string | null): boolean {
  const encoding = (contentEncoding ?? "").trim().toLowerCase();
  if (encoding === "gzip" || encoding === "x-gzip") return true;
  if (encoding === "" || encoding === "identity") return false;
  throw new KultiError(
    "unsupported_media_type",
    "Cannot read the body: its content-encoding is neither gzip nor identity.",
  );
}

const cutOff = "Cannot read the body: it ended before its announced length.";
const notGzip = "Cannot read the body: it is not one whole gzip stream.";

/**
 * The body's bytes as they arrive.
 * @throws KultiError `request_timeout` when they arrive too slowly; `unavailable` when the body gave way to another;
 * `malformed_body` when they break off or arrive in too many pieces
 */
async function* arriving(
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

/**
 * The stream's bytes. A failure of the stream becomes `malformed_body`; an earlier refusal passes unchanged. A reader
 * that stops early leaves the rest in the stream.
 */
async function* readStream(
  stream: ReadableStream<Bytes> | null,
  failure: string,
): AsyncGenerator<Bytes> {
  if (!stream) return;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw error instanceof KultiError ? error : new KultiError("malformed_body", failure);
      });
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

async function* bounded(chunks: AsyncIterable<Bytes>, limitBytes: number): AsyncGenerator<Bytes> {
  let totalBytes = 0;
  for await (const chunk of chunks) {
    totalBytes += chunk.length;
    if (totalBytes > limitBytes) throw tooLarge(limitBytes);
    yield chunk;
  }
}

/** Decompresses gzip in small chunks, so that counting can stop in time. */
export async function* inflate(compressed: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  const inflated = ReadableStream.from(pieces(compressed)).pipeThrough(
    new DecompressionStream("gzip"),
  );
  try {
    yield* readStream(inflated, notGzip);
  } finally {
    await inflated.cancel().catch(() => {});
  }
}

async function* pieces(chunks: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += inflatePieceBytes) {
      yield chunk.subarray(start, start + inflatePieceBytes);
    }
  }
}

/** Copies each chunk: a chunk of one byte can keep a buffer of 64 KB alive. */
async function collect(chunks: AsyncIterable<Bytes>, holding: Holding): Promise<Bytes> {
  let buffer = new Uint8Array(4_096);
  let length = 0;
  for await (const chunk of chunks) {
    holding.add(chunk.length);
    if (length + chunk.length > buffer.length) {
      const larger = new Uint8Array(Math.max(2 * buffer.length, length + chunk.length));
      larger.set(buffer.subarray(0, length));
      buffer = larger;
    }
    buffer.set(chunk, length);
    length += chunk.length;
  }
  return buffer.subarray(0, length);
}

async function decode(bytes: Bytes): Promise<string> {
  return await Promise.try(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes)).catch(
    () => {
      throw new KultiError("malformed_body", "Cannot read the body: it is not valid UTF-8.");
    },
  );
}

function parse(text: string): unknown {
  const problem = shapeProblem(text);
  if (problem) throw tooMuch(problem);
  return parseJson(text);
}

function tooLarge(limit: number): KultiError {
  const message = `Cannot accept the body: it is larger than ${grouped(limit)} bytes, the limit.`;
  return new KultiError("body_too_large", message, { issues: [{ path: "", message, limit }] });
}

const tooManyPieces = (): KultiError =>
  new KultiError(
    "malformed_body",
    `Cannot read the body: it arrives in more than ${grouped(maxPieces)} pieces, the limit.`,
  );

function tooMuch(problem: ShapeProblem): KultiError {
  const [code, why, limit] = shapeRefusals[problem];
  const message = `Cannot accept the body: its JSON ${why} ${grouped(limit)}, the limit.`;
  return new KultiError(code, message, { issues: [{ path: "", message, limit }] });
}

/** A smaller body can have fewer values, hence 413; no part of it nests less deeply. */
const shapeRefusals = {
  depth: ["invalid_request", "nests levels deeper than", jsonDepthLimit],
  keys: ["body_too_large", "has an object with more keys than", jsonKeysLimit],
  values: ["body_too_large", "has more values than", jsonValuesLimit],
} as const;
