/** The way to an agent's other live sessions: a list of all agents shows one of each. */
import type { Head } from "@kulti/protocol";
import { write } from "./element.ts";

export function fill_more(link: HTMLAnchorElement, head: Head, is_live: boolean): void {
  const more = is_live ? head.live_sessions - 1 : 0;
  link.hidden = more < 1;
  link.href = `/agents/${head.agent_id}`;
  write(link, more < 1 ? "" : `and ${more} more live`);
}
