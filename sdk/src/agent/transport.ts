/**
 * One request to a Kulti function: compression, time limit, key, and a message for a failure. Anything between the
 * agent and the server may answer in Kulti's place (a proxy, a gateway, a captive portal), so an answer counts only if
 * its body has the shape of a reply from Kulti.
 */
import { type ErrorCode, errorStatus, type Issue } from "@kulti/protocol/errors.ts";
import { setTimer } from "./timer.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Bodies from this size on are compressed; below, gzip gains nothing. */
const gzipFromChars = 4_096;

export type Answer<Body> =
  | { kind: "done"; status: number; body: Body }
  /** Kulti refuses, with a code of the contract. */
  | Refusal
  /** No answer from Kulti: no connection, a timeout, or an answer from something else. */
  | Failure;

export interface Refusal {
  kind: "refused";
  status: number;
  code: ErrorCode;
  message: string;
  issues: Issue[];
  /** What `Retry-After` asks for. */
  waitMs: number;
}

export interface Failure {
  kind: "failed";
  /** 0 when nothing answered. */
  status: number;
  /** Such as `it answered 502, which is not a reply from Kulti`. */
  why: string;
  isTimeout: boolean;
  waitMs: number;
}

/** Whether a body is the requested one. */
export type Accepts<Body> = (body: unknown) => body is Body;

export interface Transport {
  /** Rejects only when the signal is aborted. */
  post<Body>(
    path: string,
    json: string,
    accepts: Accepts<Body>,
    signal: AbortSignal,
  ): Promise<Answer<Body>>;
  get<Body>(path: string, accepts: Accepts<Body>, signal: AbortSignal): Promise<Answer<Body>>;
}

/** `server` has no slash at its end; a key goes as a bearer token. */
export function createTransport(server: string, apiKey: string | null, fetch: Fetch): Transport {
  let canGzip = typeof CompressionStream === "function";
  const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {};

  async function send<Body>(
    path: string,
    init: RequestInit & { signal: AbortSignal },
    accepts: Accepts<Body>,
  ): Promise<Answer<Body>> {
    try {
      // Following a redirect could hand the key and the events to a foreign host.
      const response = await fetch(server + path, { ...init, redirect: "manual" });
      return await readAnswer(response, accepts);
    } catch (error) {
      if (init.signal.aborted) throw error;
      const isTimeout = error instanceof NoAnswer;
      return { kind: "failed", status: 0, why: describe(error), isTimeout, waitMs: 0 };
    }
  }

  return {
    async post(path, json, accepts, signal) {
      const plain = { ...headers, "content-type": "application/json" };
      if (canGzip && json.length >= gzipFromChars) {
        const zipped = { ...plain, "content-encoding": "gzip" };
        const body = await gzip(json);
        const answer = await send(path, { method: "POST", headers: zipped, body, signal }, accepts);
        if (!mayBeForGzip(answer)) return answer;
        canGzip = false;
      }
      return send(path, { method: "POST", headers: plain, body: json, signal }, accepts);
    },
    get: (path, accepts, signal) => send(path, { method: "GET", headers, signal }, accepts),
  };
}

/** The server can't read gzip, or a proxy unpacked the body and left the header. */
const mayBeForGzip = (answer: Answer<unknown>): boolean =>
  answer.status === 415 || (answer.kind === "refused" && /^malformed_/.test(answer.code));

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function readAnswer<Body>(response: Response, accepts: Accepts<Body>): Promise<Answer<Body>> {
  const { status, headers } = response;
  const body = parse(await response.text());
  if (response.ok && accepts(body)) return { kind: "done", status, body };
  const error = (body as { error?: { code?: unknown; message?: unknown; issues?: unknown } } | null)
    ?.error;
  const askedMs = retryAfterMs(headers.get("retry-after"));
  if (!response.ok && isErrorCode(error?.code)) {
    return {
      kind: "refused",
      status,
      code: error.code,
      message: typeof error.message === "string" ? error.message : "",
      issues: Array.isArray(error.issues) ? error.issues : [],
      waitMs: Math.min(askedMs, longestWaitMs.ofKulti),
    };
  }
  return {
    kind: "failed",
    status,
    why: describeForeign(response),
    isTimeout: false,
    waitMs: Math.min(askedMs, longestWaitMs.ofOthers),
  };
}

/** How long a `Retry-After` may silence an agent: a proxy before Kulti does not know when Kulti is back. */
const longestWaitMs = { ofKulti: 300_000, ofOthers: 30_000 };

/** Seconds or an HTTP date; 0 for anything else. */
function retryAfterMs(header: string | null, nowMs: number = Date.now()): number {
  if (!header) return 0;
  const seconds = Number(header);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === "string" && Object.hasOwn(errorStatus, code);

function describeForeign({ status, type, headers }: Response): string {
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    const to = headers.get("location");
    return `it redirects${to ? ` to ${to.slice(0, 200)}` : ""}, and Kulti's client does not follow redirects`;
  }
  return `it answered ${status}, which is not a reply from Kulti`;
}

/** The code of a system error, such as ECONNREFUSED, or the error's message. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}

class NoAnswer extends Error {}

/** Bounds a request from its start to the last byte of its answer; a connection lost in between is a failure. */
export function withTimeout(fetch: Fetch, timeoutMs: number): Fetch {
  return async (url, init) => {
    const controller = new AbortController();
    const abort = (): void => controller.abort(init.signal?.reason);
    if (init.signal?.aborted) abort();
    init.signal?.addEventListener("abort", abort, { once: true });
    const cancel = setTimer(
      () => controller.abort(new NoAnswer(`no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const request = async (): Promise<Response> => {
      const response = await fetch(url, { ...init, signal: controller.signal });
      if (response.type === "opaqueredirect") return response;
      const body = await response.arrayBuffer();
      const { status, headers } = response;
      return new Response(body.byteLength === 0 ? null : body, { status, headers });
    };
    try {
      // A caller's own fetch may ignore the signal.
      return await Promise.race([request(), whenAborted(controller.signal)]);
    } finally {
      cancel();
      init.signal?.removeEventListener("abort", abort);
    }
  };
}

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
