/** The session of the events, and how far the agent has read its chat. */
import type { IngestReply, IngestRequest, Message } from "@kulti/protocol/wire.ts";

/**
 * `continue`: the agent's open session, or a new one if none is open. `new`: a new session. A UUID: the session with
 * that id, started if it does not exist yet.
 */
export type SessionChoice = "continue" | "new" | (string & {});

type Address = Pick<IngestRequest, "session_id" | "start_session" | "messages_after">;

export interface Session {
  /** Null until it is known. */
  readonly id: string | null;
  /** True after a reply of the server for it. */
  readonly isOpen: boolean;
  /** `seq` of the last chat line handled; undefined while the server keeps the cursor. */
  readonly messagesAfter: number | undefined;
  /** The part of a request that names the session. */
  address(): Address;
  /** Takes the session's facts from a reply. */
  opened(reply: Pick<IngestReply, "session_id">): void;
  /** Those of the lines that are new to the agent, in order. */
  unread(messages: readonly Message[]): Message[];
  /** The session has ended on the server: continue in a new one. False if the caller chose this session. */
  restart(isForced: boolean): boolean;
}

export function createSession(choice: SessionChoice): Session {
  const isFixed = choice !== "continue" && choice !== "new";
  let id: string | null = isFixed ? choice : choice === "new" ? crypto.randomUUID() : null;
  let isOpen = false;
  let messagesAfter: number | undefined = choice === "new" ? 0 : undefined;

  return {
    get id() {
      return id;
    },
    get isOpen() {
      return isOpen;
    },
    get messagesAfter() {
      return messagesAfter;
    },
    address() {
      const cursor = messagesAfter === undefined ? {} : { messages_after: messagesAfter };
      if (id === null) return cursor;
      return isOpen ? { session_id: id, ...cursor } : { start_session: id, ...cursor };
    },
    opened(reply) {
      id = reply.session_id;
      isOpen = true;
    },
    unread(messages) {
      const fresh = messages
        .filter((message) => message.session_id === id && message.seq > (messagesAfter ?? 0))
        .sort((one, other) => one.seq - other.seq);
      messagesAfter = fresh.at(-1)?.seq ?? messagesAfter;
      return fresh;
    },
    restart(isForced) {
      if (isFixed && !isForced) return false;
      id = crypto.randomUUID();
      isOpen = false;
      messagesAfter = 0;
      return true;
    },
  };
}
