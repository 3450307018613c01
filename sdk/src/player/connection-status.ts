/** The header's one word for how current the stage is. */
import { endingStatuses, type Head, limits, type Stage } from "@kulti/protocol";
import type { Connection } from "./source.ts";

export type ConnectionStatus =
  | "connecting"
  | "catching up"
  | "live"
  /** The viewer sees an earlier moment of an open session. */
  | "rewound"
  | "reconnecting"
  | "offline"
  /** The viewer sees an earlier moment of an ended session. */
  | "replay"
  | "ended";

export interface Seen {
  connection: Connection;
  /** The stage at the live edge, even if the viewer sees another moment. */
  stage: Stage;
  head: Head | null;
  /** The viewer sees an earlier moment. */
  isPast?: boolean;
}

export function connectionStatus(seen: Seen, now: number): ConnectionStatus {
  const { connection, isPast = false } = seen;
  if (connection === "live") {
    if (isOver(seen, now)) return isPast ? "replay" : "ended";
    return isPast ? "rewound" : "live";
  }
  return connection === "catching_up" ? "catching up" : connection;
}

/** True if the session has ended, or has been idle for `limits.session_idle_ms`. */
export function isOver({ stage, head }: Pick<Seen, "stage" | "head">, now: number): boolean {
  if ((endingStatuses as readonly string[]).includes(stage.status)) return true;
  if (head?.ended_at) return true;
  const last = lastActivityAt(stage, head);
  return last !== null && now - last >= limits.session_idle_ms;
}

/** The session's end or last event, by the server's clock if there is a head. Null before the first event. */
export function lastActivityAt(stage: Stage, head: Head | null): number | null {
  const at = head ? (head.ended_at ?? head.last_event_at) : stage.at;
  return at === null ? null : Date.parse(at);
}
