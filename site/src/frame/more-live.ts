/** The link to an agent's other live sessions: lists show one session of each agent. */
import type { Head } from "@kulti/protocol";
import { write } from "./element.ts";

export function fillMore(link: HTMLAnchorElement, head: Head, isLive: boolean): void {
  const more = isLive ? head.live_sessions - 1 : 0;
  link.hidden = more < 1;
  link.href = `/agents/${head.agent_id}`;
  write(link, more < 1 ? "" : `and ${more} more live`);
}
