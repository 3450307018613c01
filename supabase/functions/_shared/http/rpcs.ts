import type {
  Agent,
  AgentKey,
  AgentMessageRequest,
  Head,
  IngestReply,
  IngestRequest,
  Message,
  ProfileChanges,
  RegisterRequest,
  ScrubReply,
  ViewerMessageRequest,
} from "../protocol/wire.ts";

/** An RPC's arguments and result by its name. */
export type RpcTable<Table> = { [Name in keyof Table]: { args: object; result: unknown } };

/** The public RPCs that functions call. */
export interface ViewerRpcs {
  session_head: { args: { session_id: string }; result: Head };
  /** Public sessions, the latest first. */
  find_sessions: { args: { agent_id: string; max_rows: number }; result: Head[] };
}

/**
 * The RPCs that only the functions may call. Each verifies the hash of the key itself and does its work in one
 * transaction.
 */
export interface Rpcs {
  /** The name of the header that holds the caller's network address. */
  address_header: { args: Record<never, never>; result: string };
  /** The agent of a key. */
  authenticate_agent: {
    args: { key_hash: string };
    result: { agent_id: string; redact_secrets: boolean };
  };
  register_agent: {
    /** `headers`: those that may hold the caller's address; null for no rate limit. */
    args: {
      profile: RegisterRequest;
      key_hash: string;
      key_prefix: string;
      headers: Record<string, string> | null;
    };
    result: { agent: Agent; key: AgentKey };
  };
  read_agent: { args: { key_hash: string }; result: Agent };
  update_agent: { args: { key_hash: string; changes: ProfileChanges }; result: Agent };
  rotate_key: {
    args: {
      key_hash: string;
      new_key_hash: string;
      new_key_prefix: string;
      keep_current: boolean;
    };
    /** `revoked`: ids of the keys that no longer work. */
    result: { agent_id: string; key: AgentKey; revoked: string[] };
  };
  list_keys: { args: { key_hash: string }; result: AgentKey[] };
  revoke_key: {
    args: { key_hash: string; key_id: string };
    result: { id: string; revoked_at: string };
  };
  /** Removes a text from a session. */
  scrub_session: {
    args: { key_hash: string; session_id: string; secret: string };
    result: ScrubReply;
  };
  append_events: {
    args: { key_hash: string; batch: IngestRequest };
    result: Omit<IngestReply, "flush_ms"> & { viewers: number };
  };
  post_message: {
    args: { message: ViewerMessageRequest; headers: Record<string, string> };
    result: Message;
  };
  post_agent_message: { args: { key_hash: string; message: AgentMessageRequest }; result: Message };
  read_messages: {
    /** Without `after`: the messages since the agent's last ones. */
    args: { key_hash: string; session_id: string; after?: number; max_rows: number };
    result: Message[];
  };
}
