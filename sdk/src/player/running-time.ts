/**
 * How long a session has run, or ran. An agent's clock may be hours or years off; what the server stamped is then
 * counted from. Where the two agree the agent's own start counts, since a batch may tell of what began before it was
 * sent. All in milliseconds.
 */
import type { Head, Stage } from "@kulti/protocol";
import { isOver } from "./connection-status.ts";

interface Session {
  /** At the live edge. */
  stage: Stage;
  head: Head | null;
}

/** The head may be some seconds older than the stage. */
const sameClockMs = 60_000;

/** By the server's clock, since 1970; null where nothing is known of the session. */
export function beganAt({ stage, head }: Session): number | null {
  const own = stage.started_at === null ? null : Date.parse(stage.started_at);
  if (!head) return own;
  const apartMs = Date.parse(stage.at ?? "") - Date.parse(head.last_event_at);
  return own !== null && Math.abs(apartMs) < sameClockMs ? own : Date.parse(head.started_at);
}

export function runningMs(session: Session, now: number): number | null {
  const { stage, head } = session;
  const began = beganAt(session);
  if (began === null) return null;
  if (!isOver(session, now)) return now - began;
  // Of what is over the agent's own clock tells, as the timeline does.
  if (stage.at !== null) return Date.parse(stage.at) - Date.parse(stage.started_at ?? stage.at);
  return head ? Date.parse(head.ended_at ?? head.last_event_at) - began : null;
}
