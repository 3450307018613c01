/** Reads a JSON body with a bound, before and after decompression. */
import { concat } from "@std/bytes/concat.js";
import { KultiError } from "../protocol/errors.ts";
import { parse_json } from "../protocol/schema.ts";
import { grouped } from "../protocol/text.ts";
import { json_depth_limit, nests_deeper_than } from "./depth.ts";

/**
 * Compressed bytes are inflated in pieces of this size. Deflate makes at most 1,032 bytes of one, so that a gzip bomb
 * takes 8 MB before the limit stops it.
 */
const inflate_piece_bytes = 8_192;

/** What is not waited for beyond that: a caller may send without end, or not at all. */
const discarded_bytes = 16_777_216;
const discarding_ms = 2_000;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The request's JSON value.
 * @param limit_bytes for the body as sent and as decompressed
 * @throws KultiError `unsupported_media_type`, `body_too_large`, `malformed_body`, `malformed_json`,
 * `invalid_request`
 */
export async function read_json(request: Request, limit_bytes: number): Promise<unknown> {
  return parse(await read_text(request, limit_bytes));
}

/** As `read_json`, for requests whose body may be left out: null stands for none. */
export async function read_optional_json(request: Request, limit_bytes: number): Promise<unknown> {
  const text = await read_text(request, limit_bytes);
  return text === "" ? null : parse(text);
}

async function read_text(request: Request, limit_bytes: number): Promise<string> {
  require_json(request.headers.get("content-type"));
  const is_gzip = is_gzip_encoding(request.headers.get("content-encoding"));
  if (Number(request.headers.get("content-length")) > limit_bytes) throw too_large(limit_bytes);
  const sent = bounded(read_stream(request.body, cut_off), limit_bytes);
  const bytes = await collect(is_gzip ? bounded(inflate(sent), limit_bytes) : sent);
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

async function collect(chunks: AsyncIterable<Bytes>): Promise<Bytes> {
  return concat(await Array.fromAsync(chunks));
}

async function decode(bytes: Bytes): Promise<string> {
  return await Promise.try(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes)).catch(
    () => {
      throw new KultiError("malformed_body", "Cannot read the body: it is not valid UTF-8.");
    },
  );
}

function parse(text: string): unknown {
  if (nests_deeper_than(text, json_depth_limit)) throw too_deep();
  return parse_json(text);
}

function too_large(limit: number): KultiError {
  const message = `Cannot take the body: it is larger than ${grouped(limit)} bytes, the limit.`;
  return new KultiError("body_too_large", message, { issues: [{ path: "", message, limit }] });
}

function too_deep(): KultiError {
  const limit = json_depth_limit;
  const message = `Cannot take the body: its JSON nests deeper than ${limit} levels, the limit.`;
  return new KultiError("invalid_request", message, { issues: [{ path: "", message, limit }] });
}
