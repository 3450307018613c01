/** One request to a Kulti function: compression, time-out, the key, and the answer put into words. */
import type { ErrorBody, Issue } from "@kulti/protocol/errors.ts";
import type { Fetch } from "./retry.ts";
import { set_timer } from "./timer.ts";

/** Bodies from this size on are compressed; below, gzip gains nothing. */
const gzip_from_chars = 4_096;

export interface Answer<Body> {
  status: number;
  /** Set when the status is 2xx. */
  body?: Body;
  /** Set otherwise, also when the answer did not come from Kulti. */
  error?: { code: string; message: string; issues: Issue[] };
}

export interface Transport {
  post<Body>(path: string, json: string, signal: AbortSignal): Promise<Answer<Body>>;
  get<Body>(path: string, signal: AbortSignal): Promise<Answer<Body>>;
}

/** `server` without a slash at its end; the key is sent as a bearer token when there is one. */
export function create_transport(server: string, api_key: string | null, fetch: Fetch): Transport {
  let can_gzip = typeof CompressionStream === "function";
  const headers: Record<string, string> = api_key ? { authorization: `Bearer ${api_key}` } : {};

  async function post<Body>(
    path: string,
    json: string,
    signal: AbortSignal,
  ): Promise<Answer<Body>> {
    const url = server + path;
    const plain = { ...headers, "content-type": "application/json" };
    if (can_gzip && json.length >= gzip_from_chars) {
      const zipped = { ...plain, "content-encoding": "gzip" };
      const body = await gzip(json);
      const answer = await fetch(url, { method: "POST", headers: zipped, body, signal });
      if (answer.status !== 415) return read_answer(answer);
      can_gzip = false;
    }
    return read_answer(await fetch(url, { method: "POST", headers: plain, body: json, signal }));
  }

  async function get<Body>(path: string, signal: AbortSignal): Promise<Answer<Body>> {
    return read_answer(await fetch(server + path, { method: "GET", headers, signal }));
  }

  return { post, get };
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function read_answer<Body>(response: Response): Promise<Answer<Body>> {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (response.ok) return { status: response.status, body: body as Body };
  const error = (body as Partial<ErrorBody> | undefined)?.error;
  return {
    status: response.status,
    error: {
      code: typeof error?.code === "string" ? error.code : "",
      message: typeof error?.message === "string" ? error.message : text.slice(0, 200),
      issues: Array.isArray(error?.issues) ? error.issues : [],
    },
  };
}

/** Bounds a request from its start to the last byte of its answer; a connection lost in between is a failure. */
export function with_timeout(fetch: Fetch, timeout_ms: number): Fetch {
  return async (url, init) => {
    const controller = new AbortController();
    const abort = (): void => controller.abort(init.signal?.reason);
    if (init.signal?.aborted) abort();
    init.signal?.addEventListener("abort", abort, { once: true });
    const cancel = set_timer(
      () => controller.abort(new Error(`no answer within ${timeout_ms} ms`)),
      timeout_ms,
    );
    try {
      const response = await fetch(url, { ...init, signal: controller.signal });
      const body = await response.arrayBuffer();
      const { status, headers } = response;
      return new Response(body.byteLength === 0 ? null : body, { status, headers });
    } finally {
      cancel();
      init.signal?.removeEventListener("abort", abort);
    }
  };
}
