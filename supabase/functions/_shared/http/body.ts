/** Reads a JSON body within limits on its bytes before and after decompression, its time and its memory. */
import { KultiError } from "../protocol/errors.ts";
import { parseJson } from "../protocol/schema.ts";
import { grouped } from "../protocol/text.ts";
import { arriving, type Bytes, type Pace, slowest } from "./arriving.ts";
import { type Holding, InFlight } from "./in-flight.ts";
import {
  jsonDepthLimit,
  jsonKeysLimit,
  jsonValuesLimit,
  type ShapeProblem,
  shapeProblem,
} from "./json-shape.ts";
import type { Sender } from "./pool.ts";
import { RefusedBodies } from "./refused-bodies.ts";

/**
 * Compressed bytes are inflated in pieces of this size. Deflate expands a byte to at most 1,032, so a gzip bomb
 * takes 8 MB before the limit stops it.
 */
const inflatePieceBytes = 8_192;

/** Limits on discarding: a caller may send without end, or nothing more. */
const discardedBytes = 16_777_216;
const discardingMs = 2_000;

export interface ReadOptions {
  /** For the body as sent and as decompressed. */
  limitBytes: number;
  sender: Sender;
  pace?: Pace;
}

/**
 * The request's JSON value. Its bytes count as held until `releaseBody`.
 * @throws KultiError `unsupported_media_type`, `body_too_large`, `malformed_body`, `malformed_json`, `request_timeout`,
 * `unavailable`, `rate_limited`, `invalid_request`
 */
export async function readJson(request: Request, options: ReadOptions): Promise<unknown> {
  return parse(await readText(request, options));
}

/** As `readJson`, for an optional body: null if there is none. */
export async function readOptionalJson(request: Request, options: ReadOptions): Promise<unknown> {
  const text = await readText(request, options);
  return text === "" ? null : parse(text);
}

/** A body that was read, at least in part. */
interface Read {
  sender: Sender;
  holding: Holding;
  /** As decompressed. */
  bytes: number;
}

const inFlight = new InFlight();
const refused = new RefusedBodies();
const read = new WeakMap<Request, Read>();

/** Called when the request is answered. `isRefused`: the answer is a refusal of what the body says. */
export function releaseBody(request: Request, isRefused = false): void {
  const body = read.get(request);
  if (!body) return;
  body.holding.release();
  if (isRefused) refused.add(body.sender, body.bytes);
  read.delete(request);
}

async function readText(request: Request, options: ReadOptions): Promise<string> {
  const { limitBytes, sender, pace = slowest } = options;
  requireJson(request.headers.get("content-type"));
  const isGzip = isGzipEncoding(request.headers.get("content-encoding"));
  if (Number(request.headers.get("content-length")) > limitBytes) throw tooLarge(limitBytes);
  refused.requireRoom(sender);
  const body: Read = { sender, holding: inFlight.hold(sender), bytes: 0 };
  read.set(request, body);
  const sent = bounded(arriving(request.body, pace, body.holding), limitBytes);
  const bytes = await collect(isGzip ? bounded(inflate(sent), limitBytes) : sent, body);
  body.holding.complete();
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

/** Also accepts text/plain and no type, because `navigator.sendBeacon` and small clients can't or don't name JSON. */
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

const notGzip = "Cannot read the body: it is not one whole gzip stream.";

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
async function collect(chunks: AsyncIterable<Bytes>, body: Read): Promise<Bytes> {
  let buffer = new Uint8Array(4_096);
  let length = 0;
  for await (const chunk of chunks) {
    body.holding.add(chunk.length);
    body.bytes += chunk.length;
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

function tooMuch(problem: ShapeProblem): KultiError {
  const [code, why, limit] = shapeRefusals[problem];
  const message = `Cannot accept the body: its JSON ${why} ${grouped(limit)}, the limit.`;
  return new KultiError(code, message, { issues: [{ path: "", message, limit }] });
}

/** A smaller body can have fewer values, hence 413; no part of it nests less deeply. */
const shapeRefusals = {
  depth: ["invalid_request", "has more nested levels than", jsonDepthLimit],
  keys: ["body_too_large", "has an object with more keys than", jsonKeysLimit],
  values: ["body_too_large", "has more values than", jsonValuesLimit],
} as const;
