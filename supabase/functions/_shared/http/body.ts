/** Reads a JSON body with bounds: of its bytes before and after decompression, of its time, of what it makes of memory. */
import { KultiError } from "../protocol/errors.ts";
import { parse_json } from "../protocol/schema.ts";
import { grouped } from "../protocol/text.ts";
import { type Holding, InFlight } from "./in-flight.ts";
import {
  json_depth_limit,
  json_keys_limit,
  json_values_limit,
  type ShapeProblem,
  shape_problem,
} from "./json-shape.ts";

/**
 * Compressed bytes are inflated in pieces of this size. Deflate makes at most 1,032 bytes of one, so that a gzip bomb
 * takes 8 MB before the limit stops it.
 */
const inflate_piece_bytes = 8_192;

/** What is not waited for beyond that: a caller may send without end, or not at all. */
const discarded_bytes = 16_777_216;
const discarding_ms = 2_000;

/** Pieces of a body as it arrives. Each costs some microseconds, and a caller can make one of each byte. */
const max_pieces = 16_384;

/** How slowly a body may come: a caller who never ends it would hold what it has sent so far. */
export interface Pace {
  window_ms: number;
  /** What must arrive in each window, unless the body ends in it. */
  window_bytes: number;
  /** The whole body. */
  total_ms: number;
}

const slowest: Pace = { window_ms: 5_000, window_bytes: 81_920, total_ms: 30_000 };

type Bytes = Uint8Array<ArrayBuffer>;

export interface ReadOptions {
  /** For the body as sent and as decompressed. */
  limit_bytes: number;
  /** The agent who sends it; nobody's bodies share one room. */
  owner?: string;
  pace?: Pace;
}

/**
 * The request's JSON value. Its bytes count as held until `release_body`.
 * @throws KultiError `unsupported_media_type`, `body_too_large`, `malformed_body`, `malformed_json`, `request_timeout`,
 * `unavailable`, `invalid_request`
 */
export async function read_json(request: Request, options: ReadOptions): Promise<unknown> {
  return parse(await read_text(request, options));
}

/** As `read_json`, for requests whose body may be left out: null stands for none. */
export async function read_optional_json(request: Request, options: ReadOptions): Promise<unknown> {
  const text = await read_text(request, options);
  return text === "" ? null : parse(text);
}

const in_flight = new InFlight();
const held = new WeakMap<Request, Holding>();

/** Called when the request is answered. */
export function release_body(request: Request): void {
  held.get(request)?.release();
  held.delete(request);
}

async function read_text(request: Request, options: ReadOptions): Promise<string> {
  const { limit_bytes, owner = null, pace = slowest } = options;
  require_json(request.headers.get("content-type"));
  const is_gzip = is_gzip_encoding(request.headers.get("content-encoding"));
  if (Number(request.headers.get("content-length")) > limit_bytes) throw too_large(limit_bytes);
  const holding = in_flight.hold(owner);
  held.set(request, holding);
  const sent = bounded(arriving(request.body, pace), limit_bytes);
  const bytes = await collect(is_gzip ? bounded(inflate(sent), limit_bytes) : sent, holding);
  return await decode(bytes);
}

/**
 * Takes what the caller is still sending and forgets it. Measured: of a caller who was answered before that, one in
 * three never saw the answer, since the proxy between them met a closed connection first.
 */
export async function discard_rest({ body }: Request): Promise<void> {
  if (!body || body.locked) return;
  let left_bytes = discarded_bytes;
  const nowhere = new WritableStream<Bytes>({
    write(chunk, controller) {
      left_bytes -= chunk.length;
      if (left_bytes < 0) controller.error();
    },
  });
  await body.pipeTo(nowhere, { signal: AbortSignal.timeout(discarding_ms) }).catch(() => {});
}

/** No type and text/plain pass too: `navigator.sendBeacon` and small clients can't or don't name JSON. */
function require_json(content_type: string | null): void {
  const media_type = (content_type ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (media_type === "" || media_type === "text/plain") return;
  if (/^application\/([\w.-]+\+)?json$/.test(media_type)) return;
  throw new KultiError(
    "unsupported_media_type",
    'Cannot read the body: its content-type is not JSON. Send "content-type: application/json".',
  );
}

function is_gzip_encoding(content_encoding: string | null): boolean {
  const encoding = (content_encoding ?? "").trim().toLowerCase();
  if (encoding === "gzip" || encoding === "x-gzip") return true;
  if (encoding === "" || encoding === "identity") return false;
  throw new KultiError(
    "unsupported_media_type",
    "Cannot read the body: its content-encoding is neither gzip nor identity.",
  );
}

const cut_off = "Cannot read the body: it ended before its announced length.";
const not_gzip = "Cannot read the body: it is not one whole gzip stream.";

/**
 * The body's bytes as they arrive.
 * @throws KultiError `request_timeout` when they come too slowly; `malformed_body` when they break off or come in too
 * many pieces
 */
async function* arriving(body: ReadableStream<Bytes> | null, pace: Pace): AsyncGenerator<Bytes> {
  if (!body) return;
  const reader = body.getReader();
  // A cancelled stream ends the read that waits.
  const watch = watch_pace(pace, () => reader.cancel().catch(() => {}));
  try {
    for (let pieces = 0; ; pieces++) {
      const { done, value } = await reader.read().catch(() => {
        throw new KultiError("malformed_body", cut_off);
      });
      if (watch.refusal) throw watch.refusal;
      if (done) return;
      if (pieces >= max_pieces) throw too_many_pieces();
      watch.add(value.length);
      yield value;
    }
  } finally {
    watch.stop();
    reader.releaseLock();
  }
}

/** Calls `give_up` once, when the bytes that were added are too few for the time; `refusal` then says why. */
function watch_pace({ window_ms, window_bytes, total_ms }: Pace, give_up: () => void) {
  const ends_ms = performance.now() + total_ms;
  let arrived_bytes = 0;
  let refusal: KultiError | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refuse = (why: string) => {
    refusal = new KultiError("request_timeout", `Cannot take the body: ${why}.`);
    give_up();
  };
  const begin_window = () => {
    const left_ms = ends_ms - performance.now();
    arrived_bytes = 0;
    timer = setTimeout(
      () => {
        if (left_ms <= window_ms) {
          refuse(`it did not arrive within ${grouped(total_ms)} ms, the limit`);
        } else if (arrived_bytes < window_bytes) {
          const met = `${grouped(arrived_bytes)} bytes in ${grouped(window_ms)} ms`;
          refuse(`it came too slowly, ${met}, and at least ${grouped(window_bytes)} must arrive`);
        } else begin_window();
      },
      Math.min(window_ms, left_ms),
    );
  };
  begin_window();
  return {
    add(bytes: number): void {
      arrived_bytes += bytes;
    },
    stop: () => clearTimeout(timer),
    get refusal(): KultiError | null {
      return refusal;
    },
  };
}

/**
 * The stream's bytes; a failure of the stream itself becomes `malformed_body`, a refusal from before it passes. Whoever
 * stops early leaves the stream as it is then.
 */
async function* read_stream(
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

async function* bounded(chunks: AsyncIterable<Bytes>, limit_bytes: number): AsyncGenerator<Bytes> {
  let total_bytes = 0;
  for await (const chunk of chunks) {
    total_bytes += chunk.length;
    if (total_bytes > limit_bytes) throw too_large(limit_bytes);
    yield chunk;
  }
}

/** Gzip → its content, in chunks small enough to be counted before they are too many. */
export async function* inflate(compressed: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  const inflated = ReadableStream.from(pieces(compressed)).pipeThrough(
    new DecompressionStream("gzip"),
  );
  try {
    yield* read_stream(inflated, not_gzip);
  } finally {
    await inflated.cancel().catch(() => {});
  }
}

async function* pieces(chunks: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += inflate_piece_bytes) {
      yield chunk.subarray(start, start + inflate_piece_bytes);
    }
  }
}

/** Copied as they come: a chunk of one byte can stand in a buffer of 64 KB, which goes with it. */
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
  const problem = shape_problem(text);
  if (problem) throw too_much(problem);
  return parse_json(text);
}

function too_large(limit: number): KultiError {
  const message = `Cannot take the body: it is larger than ${grouped(limit)} bytes, the limit.`;
  return new KultiError("body_too_large", message, { issues: [{ path: "", message, limit }] });
}

const too_many_pieces = (): KultiError =>
  new KultiError(
    "malformed_body",
    `Cannot read the body: it comes in more than ${grouped(max_pieces)} pieces, the limit.`,
  );

function too_much(problem: ShapeProblem): KultiError {
  const [code, why, limit] = shape_refusals[problem];
  const message = `Cannot take the body: its JSON ${why} ${grouped(limit)}, the limit.`;
  return new KultiError(code, message, { issues: [{ path: "", message, limit }] });
}

/** Less of it at once may have fewer values, hence 413; no part of it nests less deep. */
const shape_refusals = {
  depth: ["invalid_request", "nests levels deeper than", json_depth_limit],
  keys: ["body_too_large", "has an object with more keys than", json_keys_limit],
  values: ["body_too_large", "has more values than", json_values_limit],
} as const;
