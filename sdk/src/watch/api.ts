/** What a viewer may ask of a Kulti server: reads through the Data API, chat through its function. */
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
import { trim_end } from "@kulti/protocol/text.ts";
import { PostgrestClient } from "@supabase/postgrest-js";
import { create_realtime } from "./realtime.ts";
import { type Fetch, with_time_limit } from "./time-limit.ts";

export interface KultiApiOptions {
  /** The Supabase project, such as `http://127.0.0.1:54321`. */
  api_url: string;
  publishable_key: string;
  /** Default: the platform's `fetch`. */
  fetch?: Fetch;
  /** Milliseconds without a byte after which a request or a handshake is given up. Default: 10,000. */
  silence_ms?: number;
  /** Milliseconds between heartbeats; half of it later an unanswered one ends the connection. Default: 10,000. */
  heartbeat_ms?: number;
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
  /** UUID made by the client: sending it again is harmless. */
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
  readonly is_busy: boolean;

  constructor(status: number, code: string, message: string, is_busy = false) {
    super(message);
    this.name = "KultiApiError";
    this.status = status;
    this.code = code;
    this.is_busy = is_busy;
  }

  /** The same request may be answered later: nothing answered, something else did (`internal`), or Kulti can't just now. */
  get may_pass(): boolean {
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

/** Few, so that the first picture of a session is soon there. */
const first_page_rows = 200;

export function createKultiApi(options: KultiApiOptions) {
  const { publishable_key, silence_ms, heartbeat_ms } = options;
  const api_url = trim_end(options.api_url, "/");
  const request = with_time_limit(options.fetch, silence_ms);
  const rest = new PostgrestClient(`${api_url}/rest/v1`, {
    headers: { apikey: publishable_key },
    fetch: request,
    // Whoever asks tries again, and shows meanwhile how it stands.
    retry: false,
  });
  const realtime = create_realtime({
    url: `${api_url.replace(/^http/, "ws")}/realtime/v1`,
    publishable_key,
    ...(heartbeat_ms !== undefined && { heartbeat_ms }),
    ...(silence_ms !== undefined && { handshake_ms: silence_ms }),
  });

  async function call<Result>(
    name: string,
    args: object,
    is_expected: (data: unknown) => boolean,
    signal?: AbortSignal,
  ): Promise<Result> {
    const query = rest.rpc(name, args);
    return answer_of(await (signal ? query.abortSignal(signal) : query), is_expected);
  }

  function answer_of<Result>(reply: Reply, is_expected: (data: unknown) => boolean): Result {
    const { data, error, status } = reply;
    if (!error && is_expected(data)) return data as Result;
    if (!error) {
      const message = `${api_url} answered with something that is not Kulti's.`;
      throw new KultiApiError(status, "internal", message);
    }
    const { message, details, hint, code } = error;
    if (status === 0) {
      throw new KultiApiError(0, "unreachable", `Cannot reach ${api_url}: ${message}`);
    }
    // Without a code it was something before the Data API that answered, maybe with a whole page.
    throw code
      ? new KultiApiError(status, details || code, message, status === 503 && Boolean(hint))
      : new KultiApiError(status, "internal", `${api_url} answered HTTP ${status}.`);
  }

  /** A server that searches for too many at once refuses the rest, so that nobody waits for a connection. */
  async function search(query: SearchQuery, signal?: AbortSignal): Promise<SearchHit[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await call(rpcs.search_events, query, is_list, signal);
      } catch (error) {
        const is_busy = error instanceof KultiApiError && error.is_busy;
        if (!is_busy || tries === 4 || signal?.aborted) throw error;
        const pause_ms = (0.5 + Math.random()) * 150 * 2 ** tries;
        await new Promise((resolve) => setTimeout(resolve, pause_ms));
      }
    }
  }

  return {
    api_url,
    realtime,
    find_sessions: (query: FindSessions = {}, signal?: AbortSignal): Promise<Head[]> =>
      call(rpcs.find_sessions, query, is_list, signal),
    session_head: (session_id: string, signal?: AbortSignal): Promise<Head> =>
      call(rpcs.session_head, { session_id }, is_head, signal),
    /** The profile of a public agent; null if there is none of that id. */
    find_agent: (agent_id: string, signal?: AbortSignal): Promise<AgentProfile | null> =>
      call(rpcs.find_agent, { agent_id }, is_profile, signal),
    /** Ascending by `seq`; a page may be shorter than asked for, but is empty only at the end. */
    session_events: (
      session_id: string,
      after_seq = 0,
      signal?: AbortSignal,
    ): Promise<StoredEvent[]> => {
      const max_rows = after_seq === 0 ? first_page_rows : limits.page_rows;
      return call(rpcs.session_events, { session_id, after_seq, max_rows }, is_list, signal);
    },
    session_messages: (session_id: string, after = 0, signal?: AbortSignal): Promise<Message[]> =>
      call(rpcs.session_messages, { session_id, after }, is_list, signal),
    /** One page of what is found; an empty one is the end. */
    search_events: search,
    /** Says that this viewer is still there and answers how far the session is. */
    touch_viewer: (session_id: string, viewer_id: string, signal?: AbortSignal): Promise<Head> =>
      call(rpcs.touch_viewer, { session_id, viewer_id }, is_head, signal),
    session_stats: (session_id: string, signal?: AbortSignal): Promise<SessionStats> =>
      call(rpcs.session_stats, { session_id }, is_object, signal),
    /** Of the whole days (UTC) that the range touches. */
    agent_stats: (
      agent_id: string,
      range: StatsRange = {},
      signal?: AbortSignal,
    ): Promise<AgentStats> => call(rpcs.agent_stats, { agent_id, ...range }, is_object, signal),
    async post_message(message: ViewerMessage): Promise<Message> {
      const response = await request(`${api_url}${routes.chat}`, {
        method: "POST",
        headers: { "content-type": "application/json", apikey: publishable_key },
        body: JSON.stringify(message),
      }).catch((cause: Error) => {
        throw new KultiApiError(0, "unreachable", `Cannot reach ${api_url}: ${cause.message}`);
      });
      const body = await response.json().catch(() => null);
      if (response.ok && is_object(body?.message)) return body.message;
      const { code = "internal", message: text = `${api_url} answered HTTP ${response.status}.` } =
        body?.error ?? {};
      throw new KultiApiError(response.status, code, text);
    },
  };
}

/** Something before the server may answer in its place, with 200 too. */
const is_list = (data: unknown): boolean => Array.isArray(data);
const is_object = (data: unknown): boolean =>
  typeof data === "object" && data !== null && !Array.isArray(data);
const is_profile = (data: unknown): boolean =>
  data === null ||
  (is_object(data) && typeof (data as Partial<AgentProfile>).agent_id === "string");
const is_head = (data: unknown): boolean => {
  const head = data as Partial<Head> | null;
  return typeof head?.session_id === "string" && Number.isSafeInteger(head.to_seq);
};
