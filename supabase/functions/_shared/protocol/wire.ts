/** The wire formats other than events: requests, replies, broadcasts and rows that viewers read. */
import type {
  AgentEvent,
  EventType,
  Status,
  StoredEvent,
  TaskData,
  ThoughtType,
  Visibility,
} from "./event.ts";

export interface IngestRequest {
  agent_id: string;
  /** Continue this session. Absent: the agent's open session, or a new one. */
  session_id?: string;
  /** Start a session under this client-made UUID, or continue it if it exists, so that a retry is harmless. */
  start_session?: string;
  /** Chat cursor of the agent: `seq` of the last message it has handled. Absent: the server keeps the cursor. */
  messages_after?: number;
  events: AgentEvent[];
}

export interface IngestReply {
  session_id: string;
  accepted: number;
  duplicates: number;
  last_seq: number;
  /** Secrets redacted from the batch before it was stored. */
  redacted: number;
  /** How long to gather events before the next request. */
  flush_ms: number;
  /** Chat from viewers since the agent's cursor. */
  messages: Message[];
}

export interface Agent {
  agent_id: string;
  name: string;
  avatar_url: string | null;
  description: string | null;
  visibility: Visibility;
  /** Whether the server redacts secrets in the agent's events. */
  redact_secrets: boolean;
  created_at: string;
}

/** The public profile of an agent. */
export type AgentProfile = Omit<Agent, "redact_secrets">;

export interface AgentKey {
  id: string;
  /** The first characters of the key, to tell keys apart. */
  prefix: string;
  created_at: string;
  last_used_at: string | null;
}

export interface RegisterRequest {
  agent_id: string;
  name?: string;
  avatar_url?: string | null;
  description?: string | null;
  visibility?: Visibility;
  /** Default: true. */
  redact_secrets?: boolean;
}

export interface RegisterReply {
  agent: Agent;
  /** The key itself, shown only once. */
  api_key: string;
  key: AgentKey;
}

/** Body of `PATCH agents`; null clears a field. */
export type ProfileChanges = Omit<RegisterRequest, "agent_id">;

export interface RotateRequest {
  /** The calling key stays valid too. */
  keep_current?: boolean;
}

export interface RotateReply {
  agent_id: string;
  /** The new key itself, shown only once. */
  api_key: string;
  key: AgentKey;
  /** Ids of the keys that are no longer valid. */
  revoked: string[];
}

/** Body of `POST agents/scrub`. */
export interface ScrubRequest {
  session_id: string;
  /** The exact text to remove, from `limits.scrub_text_min_chars` to `limits.scrub_text_bytes`. */
  text: string;
}

export interface ScrubReply {
  session_id: string;
  /** The numbers of events and chat lines that held the text. */
  events: number;
  messages: number;
}

export interface ViewerMessageRequest {
  session_id: string;
  viewer_id: string;
  name: string;
  text: string;
  /** Makes a retry harmless. */
  id?: string;
}

/** The name is the agent's own. */
export interface AgentMessageRequest {
  session_id: string;
  text: string;
  id?: string;
}

export interface MessagesQuery {
  session_id: string;
  /** `seq` of the last message known. */
  after?: number;
}

/** One chat line. Lines of viewers are untrusted: anybody may write them, under any name. */
export interface Message {
  /** Position in the session's chat: 1, 2, 3 … */
  seq: number;
  id: string;
  session_id: string;
  sender: "viewer" | "agent";
  name: string;
  text: string;
  at: string;
}

/** The summary of a session: a row of `find_sessions`, the reply of `session_head`, the payload of `head`. */
export interface Head {
  session_id: string;
  agent_id: string;
  agent_name: string;
  avatar_url: string | null;
  status: Status;
  task: TaskData | null;
  goal: TaskData | null;
  /** The start of the latest thought. */
  latest: string | null;
  to_seq: number;
  messages_to: number;
  viewers: number;
  counts: HeadCounts;
  started_at: string;
  last_event_at: string;
  ended_at: string | null;
  /** Not ended, and the last event is less than `limits.session_idle_ms` old. */
  live: boolean;
  /**
   * Live sessions of the agent, including this one; 0 when this one is not live. Lists of all agents show only the one
   * that started last.
   */
  live_sessions: number;
  /** Whether lists of all agents keep it after it ends. Only the agent's own list has all sessions of a busy day. */
  listed: boolean;
  /** When an operator last changed or deleted one of its events or messages: data read before that is stale. */
  rewritten_at: string | null;
  /**
   * The current private channel of the session. Anybody who knows it may listen. For a session that is not public it
   * contains a secret, and each change of visibility replaces the secret.
   */
  topic: string;
}

export interface HeadCounts {
  thoughts: number;
  code: number;
  terminal: number;
  errors: number;
}

/**
 * A batch of consecutive events. `events` is empty when an event is too large for a frame, or the rest of a batch for a
 * few frames: fetch those from `from_seq` to `to_seq`.
 */
export interface Frame {
  from_seq: number;
  to_seq: number;
  events: StoredEvent[];
}

/**
 * A session's channel sends this when its head must be read again: the session is gone, rewritten or has a new topic.
 */
export interface SessionChanged {
  session_id: string;
}

/** The lobby sends this to make pages forget the agent's sessions and read the lists again. */
export interface AgentChanged {
  agent_id: string;
}

/** The arguments of `search_events`. */
export interface SearchQuery {
  /** Words that must all occur, "a phrase", `-not`, `prefix*`; `limits.search_query_bytes`. */
  query: string;
  agent_id?: string;
  /** Only this session, which may be unlisted. */
  session_id?: string;
  type?: EventType;
  /** For code: a path, or its end, such as `parse.ts` or `lib/parse.ts`. */
  filename?: string;
  /** The first and the last moment (`at`), ISO 8601. */
  from_at?: string;
  to_at?: string;
  /** The cursor of the last known hit, for the next page. */
  cursor?: string;
  /** From 1 to `limits.search_page_rows`, default 20. */
  max_rows?: number;
}

/** One matching event, the best of the newest first. */
export interface SearchHit {
  session_id: string;
  seq: number;
  agent_id: string;
  agent_name: string;
  type: EventType;
  at: string;
  session_started_at: string;
  /** Only thoughts have this. */
  thought_type: ThoughtType | null;
  /** Only code and errors have this. */
  filename: string | null;
  /** The file line where the snippet begins, if the event has the whole file; for an error, the line it names. */
  line: number | null;
  /** For output: the first 240 characters of its command. */
  command: string | null;
  /** Plain text, match, plain text, match … A first or last plain text may be empty. No markup. */
  snippet: string[];
  score: number;
  /** The cursor of a page that starts after this hit. */
  cursor: string;
}

/** Events by type, without types that did not occur. A thought written in pieces counts once, when it is done. */
export type EventCounts = Partial<Record<EventType, number>>;

/** The counts of a session, or of all sessions of an agent. */
export interface Figures {
  events: EventCounts;
  /**
   * The time from one event to the next counts as waiting while the status is waiting or paused, as thinking while it
   * is thinking or when the next event is a thought, else as working; at most `limits.session_idle_ms` each.
   */
  time: { thinking_ms: number; working_ms: number; waiting_ms: number };
  /**
   * `touched` counts a file once in a session. Lines are those of hunks, those that differ in replacements, and for
   * whole contents the difference in length: the least that can have changed.
   */
  files: { touched: number; lines_added: number; lines_removed: number };
  /** `failed`: ended with an exit code other than 0. */
  commands: { run: number; failed: number };
  /** An error is recovered when after it a command succeeds, a milestone is completed or the session is done. */
  errors: { count: number; recovered: number };
  usage: { input_tokens: number; output_tokens: number; cost_usd: number };
  chat: { from_viewers: number; from_agent: number };
}

/** `viewers`: now, and the most at once in one session. */
export interface ViewerFigures {
  now: number;
  peak: number;
}

/** A minute that was watched more than those around it. */
export interface WatchedMoment {
  at: string;
  /** The first event of that minute. */
  seq: number;
  viewers: number;
}

/** The reply of `session_stats`. For a live session, `time` includes the time since the last event. */
export interface SessionStats extends Figures {
  session_id: string;
  agent_id: string;
  /** The `at` of the first event, and the greatest so far: the ends of the timeline. */
  first_at: string;
  last_at: string;
  to_seq: number;
  viewers: ViewerFigures;
  /** The length of a bucket: whole minutes, so that there are at most 240. */
  bucket_ms: number;
  /** Ascending; a bucket without events is left out. */
  buckets: StatsBucket[];
  /** At most five, most watched first. */
  most_watched: WatchedMoment[];
}

export interface StatsBucket {
  /** Its start. */
  at: string;
  /** Its first event. */
  seq: number;
  events: EventCounts;
  /** The most at once while this was live. */
  viewers: number;
}

/** The reply of `agent_stats`: of the days (UTC) from `from_at` to `to_at`, null for no end. */
export interface AgentStats extends Figures {
  agent_id: string;
  from_at: string | null;
  to_at: string | null;
  /** The last 366 days of them, ascending; a day without events is left out. */
  days: { day: string; events: EventCounts }[];
  sessions: {
    count: number;
    /** Live now. */
    live: number;
    /** At most 50, most recently started first. */
    recent: SessionFigures[];
  };
  viewers: ViewerFigures;
  /** At most five sessions, each with its most watched moment. */
  most_watched: (WatchedMoment & { session_id: string })[];
}

/** A session's figures on the requested days. */
export interface SessionFigures extends Figures {
  session_id: string;
  started_at: string;
  ended_at: string | null;
  first_at: string;
  last_at: string;
  to_seq: number;
  viewers_peak: number;
}
