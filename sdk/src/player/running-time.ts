/**
 * The running time of a session. An agent's clock may be hours or years off; then the server's stamps count. If the two
 * clocks agree, the agent's own start counts, because a batch may hold events from before it was sent. All times are in
 * milliseconds.
 */
import type { Head, Stage } from "@kulti/protocol";
import { isOver } from "./connection-status.ts";

interface Session {
  /** The stage at the live edge. */
  stage: Stage;
  head: Head | null;
}

/** The head may be some seconds older than the stage. */
const sameClockMs = 60_000;

/** The start by the server's clock, since 1970. Null if nothing is known about the session. */
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
  // An ended session is measured by the agent's own clock, like its timeline.
  if (stage.at !== null) return Date.parse(stage.at) - Date.parse(stage.started_at ?? stage.at);
  return head ? Date.parse(head.ended_at ?? head.last_event_at) - began : null;
}
