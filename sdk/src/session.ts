/** Which session the events go to, and how far the agent has read its chat. */
import type { IngestReply, IngestRequest, Message } from "@kulti/protocol/wire.ts";

/**
 * `continue`: the agent's open session, or a new one where none is open. `new`: a session of its own. A UUID: the
 * session of that id, which is started when it does not exist yet.
 */
export type SessionChoice = "continue" | "new" | (string & {});

type Address = Pick<IngestRequest, "session_id" | "start_session" | "messages_after">;

export interface Session {
  /** Null until it is known. */
  readonly id: string | null;
  /** True once the server has answered for it. */
  readonly is_open: boolean;
  /** `seq` of the last chat line handled; undefined while the server keeps the cursor. */
  readonly messages_after: number | undefined;
  /** The part of a request that names the session. */
  address(): Address;
  /** Takes over what the server said of it. */
  opened(reply: Pick<IngestReply, "session_id">): void;
  /** The lines among these that are new to the agent, in order. */
  unread(messages: readonly Message[]): Message[];
  /** The session has ended on the server: go on in a new one. False when the caller asked for just this session. */
  restart(): boolean;
}

export function create_session(choice: SessionChoice): Session {
  const is_fixed = choice !== "continue" && choice !== "new";
  let id: string | null = is_fixed ? choice : choice === "new" ? crypto.randomUUID() : null;
  let is_open = false;
  let messages_after: number | undefined = choice === "new" ? 0 : undefined;

  return {
    get id() {
      return id;
    },
    get is_open() {
      return is_open;
    },
    get messages_after() {
      return messages_after;
    },
    address() {
      const cursor = messages_after === undefined ? {} : { messages_after };
      if (id === null) return cursor;
      return is_open ? { session_id: id, ...cursor } : { start_session: id, ...cursor };
    },
    opened(reply) {
      id = reply.session_id;
      is_open = true;
    },
    unread(messages) {
      const fresh = messages
        .filter((message) => message.session_id === id && message.seq > (messages_after ?? 0))
        .sort((one, other) => one.seq - other.seq);
      messages_after = fresh.at(-1)?.seq ?? messages_after;
      return fresh;
    },
    restart() {
      if (is_fixed) return false;
      id = crypto.randomUUID();
      is_open = false;
      messages_after = 0;
      return true;
    },
  };
}
