/** A viewer's requests to a Kulti server: reads through the Data API, chat through its function. */
import {
  type AgentProfile,
  type AgentStats,
  type Head,
  limits,
  type Message,
  routes,
  rpcs,
  type SearchHit,
  type SearchQuery,
  type SessionStats,
  type StoredEvent,
} from "@kulti/protocol";
import { isObject, trimEnd } from "@kulti/protocol/text.ts";
import { PostgrestClient } from "@supabase/postgrest-js";
import { createRealtime } from "./realtime.ts";
import { type Fetch, withTimeLimit } from "./time-limit.ts";

export interface KultiApiOptions {
  /** The Supabase project, such as `http://127.0.0.1:54321`. */
  apiUrl: string;
  publishableKey: string;
  /** Default: the platform's `fetch`. */
  fetch?: Fetch;
  /** Aborts a request or a handshake after this many milliseconds without a byte. Default: 10,000. */
  silenceMs?: number;
  /** Milliseconds between heartbeats; half of it later an unanswered one ends the connection. Default: 10,000. */
  heartbeatMs?: number;
}

export interface FindSessions {
  agent_id?: string;
  /** True: only live sessions; false: only sessions that are not. */
  live?: boolean;
  /** `started_at` of the last row of the page before. */
  before?: string;
  /** From 1 to 200, default 50. */
  max_rows?: number;
}

/** Each end may be left out. */
export interface StatsRange {
  from_at?: string;
  to_at?: string;
}

export interface ViewerMessage {
  /** A UUID that the client makes: sending it again is harmless. */
  id: string;
  session_id: string;
  viewer_id: string;
  name: string;
  text: string;
}

/** A refused or failed request. `status` is 0 when the server could not be reached. */
export class KultiApiError extends Error {
  readonly status: number;
  /** A code of the contract (`session_not_found`, `rate_limited` …), or `unreachable`. */
  readonly code: string;
  /** Set when the same request may succeed in a moment: the server had too many at once. */
  readonly isBusy: boolean;

  constructor(status: number, code: string, message: string, isBusy = false) {
    super(message);
    this.name = "KultiApiError";
    this.status = status;
    this.code = code;
    this.isBusy = isBusy;
  }

  /** The same request may succeed later: no answer, an answer that is not Kulti's (`internal`), or Kulti is busy. */
  get mayPass(): boolean {
    const { status, code } = this;
    return status === 0 || status >= 500 || status === 429 || code === "internal";
  }
}

interface Reply {
  data: unknown;
  error: { message: string; details: string; hint: string | null; code: string } | null;
  status: number;
}

export type KultiApi = ReturnType<typeof createKultiApi>;

/** Few, so that the first picture of a session comes soon. */
const firstPageRows = 200;

export function createKultiApi(options: KultiApiOptions) {
  const { publishableKey, silenceMs, heartbeatMs } = options;
  const apiUrl = trimEnd(options.apiUrl, "/");
  const request = withTimeLimit(options.fetch, silenceMs);
  const rest = new PostgrestClient(`${apiUrl}/rest/v1`, {
    headers: { apikey: publishableKey },
    fetch: request,
    // No retry here: callers retry and show the state meanwhile.
    retry: false,
  });
  let realtime: ReturnType<typeof createRealtime> | undefined;

  async function call<Result>(
    name: string,
    args: object,
    isExpected: (data: unknown) => boolean,
    signal?: AbortSignal,
  ): Promise<Result> {
    const query = rest.rpc(name, args);
    return answerOf(await (signal ? query.abortSignal(signal) : query), isExpected);
  }

  function answerOf<Result>(reply: Reply, isExpected: (data: unknown) => boolean): Result {
    const { data, error, status } = reply;
    if (!error && isExpected(data)) return data as Result;
    if (!error) {
      const message = `${apiUrl} answered with something that is not Kulti's.`;
      throw new KultiApiError(status, "internal", message);
    }
    const { message, details, hint, code } = error;
    if (status === 0) {
      throw new KultiApiError(0, "unreachable", `Cannot reach ${apiUrl}: ${message}`);
    }
    // Without a code it was something before the Data API that answered, maybe with a whole page.
    throw code
      ? new KultiApiError(status, details || code, message, status === 503 && Boolean(hint))
      : new KultiApiError(status, "internal", `${apiUrl} answered HTTP ${status}.`);
  }

  /** As `call`, for RPCs of which the server runs a few at once: it refuses the rest, and a moment later takes them. */
  async function callWhenFree<Result>(...args: Parameters<typeof call>): Promise<Result> {
    const signal = args[3];
    for (let tries = 1; ; tries++) {
      try {
        return await call<Result>(...args);
      } catch (error) {
        const isBusy = error instanceof KultiApiError && error.isBusy;
        if (!isBusy || tries === 4 || signal?.aborted) throw error;
        const pauseMs = (0.5 + Math.random()) * 150 * 2 ** tries;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  return {
    api_url: apiUrl,
    /** Made on first use: Node 20 has no WebSocket, and a caller that only reads needs none. */
    get realtime() {
      realtime ??= createRealtime({
        url: `${apiUrl.replace(/^http/, "ws")}/realtime/v1`,
        publishableKey,
        ...(heartbeatMs !== undefined && { heartbeatMs }),
        ...(silenceMs !== undefined && { handshakeMs: silenceMs }),
      });
      return realtime;
    },
    findSessions: (query: FindSessions = {}, signal?: AbortSignal): Promise<Head[]> =>
      call(rpcs.find_sessions, query, isList, signal),
    sessionHead: (sessionId: string, signal?: AbortSignal): Promise<Head> =>
      call(rpcs.session_head, { session_id: sessionId }, isHead, signal),
    /** The profile of a public agent; null if there is none of that id. */
    findAgent: (agentId: string, signal?: AbortSignal): Promise<AgentProfile | null> =>
      call(rpcs.find_agent, { agent_id: agentId }, isProfile, signal),
    /** Ascending by `seq`; a page may be shorter than asked for, but is empty only at the end. */
    sessionEvents: (
      sessionId: string,
      afterSeq = 0,
      signal?: AbortSignal,
    ): Promise<StoredEvent[]> => {
      const maxRows = afterSeq === 0 ? firstPageRows : limits.page_rows;
      return call(
        rpcs.session_events,
        { session_id: sessionId, after_seq: afterSeq, max_rows: maxRows },
        isList,
        signal,
      );
    },
    sessionMessages: (sessionId: string, after = 0, signal?: AbortSignal): Promise<Message[]> =>
      call(rpcs.session_messages, { session_id: sessionId, after }, isList, signal),
    /** One page of hits; an empty one is the end. */
    searchEvents: (query: SearchQuery, signal?: AbortSignal): Promise<SearchHit[]> =>
      callWhenFree(rpcs.search_events, query, isList, signal),
    /** Reports that this viewer is still there, and returns how far the session is. */
    touchViewer: (sessionId: string, viewerId: string, signal?: AbortSignal): Promise<Head> =>
      call(rpcs.touch_viewer, { session_id: sessionId, viewer_id: viewerId }, isHead, signal),
    sessionStats: (sessionId: string, signal?: AbortSignal): Promise<SessionStats> =>
      callWhenFree(rpcs.session_stats, { session_id: sessionId }, isObject, signal),
    /** Of the whole days (UTC) that the range touches. */
    agentStats: (
      agentId: string,
      range: StatsRange = {},
      signal?: AbortSignal,
    ): Promise<AgentStats> =>
      callWhenFree(rpcs.agent_stats, { agent_id: agentId, ...range }, isObject, signal),
    async postMessage(message: ViewerMessage): Promise<Message> {
      const response = await request(`${apiUrl}${routes.chat}`, {
        method: "POST",
        headers: { "content-type": "application/json", apikey: publishableKey },
        body: JSON.stringify(message),
      }).catch((cause: Error) => {
        throw new KultiApiError(0, "unreachable", `Cannot reach ${apiUrl}: ${cause.message}`);
      });
      const body = await response.json().catch(() => null);
      if (response.ok && isObject(body?.message)) return body.message;
      const { code = "internal", message: text = `${apiUrl} answered HTTP ${response.status}.` } =
        body?.error ?? {};
      throw new KultiApiError(response.status, code, text);
    },
  };
}

/** A proxy before the server may answer in its place, even with 200. */
const isList = (data: unknown): boolean => Array.isArray(data);
const isProfile = (data: unknown): boolean =>
  data === null || (isObject(data) && typeof (data as Partial<AgentProfile>).agent_id === "string");
const isHead = (data: unknown): boolean => {
  const head = data as Partial<Head> | null;
  return typeof head?.session_id === "string" && Number.isSafeInteger(head.to_seq);
};
