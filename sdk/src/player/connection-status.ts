/** The one word of the header that says how true the picture is. */
import { endingStatuses, type Head, limits, type Stage } from "@kulti/protocol";
import type { Connection } from "./source.ts";

export type ConnectionStatus =
  | "connecting"
  | "catching up"
  | "live"
  /** An earlier moment of a session that goes on. */
  | "rewound"
  | "reconnecting"
  | "offline"
  /** An earlier moment of a session that has ended. */
  | "replay"
  | "ended";

export interface Seen {
  connection: Connection;
  /** At the live edge, whatever moment is shown. */
  stage: Stage;
  head: Head | null;
  /** An earlier moment is shown. */
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

/** The session was ended, or nothing has come for so long that nothing will. */
export function isOver({ stage, head }: Pick<Seen, "stage" | "head">, now: number): boolean {
  if ((endingStatuses as readonly string[]).includes(stage.status)) return true;
  if (head?.ended_at) return true;
  const last = lastActivityAt(stage, head);
  return last !== null && now - last >= limits.session_idle_ms;
}

/** When the session ended, or last said something, by the server's clock where a head tells; null before its first event. */
export function lastActivityAt(stage: Stage, head: Head | null): number | null {
  const at = head ? (head.ended_at ?? head.last_event_at) : stage.at;
  return at === null ? null : Date.parse(at);
}
