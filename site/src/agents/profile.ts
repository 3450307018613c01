import type { AgentProfile, Head } from "@kulti/protocol";
import { fill_avatar } from "../frame/avatar.ts";
import { element, write } from "../frame/element.ts";
import { day_title } from "./days.ts";

export function show_profile(agent: AgentProfile): void {
  const { agent_id, name, avatar_url, description, created_at } = agent;
  fill_avatar(element("agent-avatar", HTMLElement), name, avatar_url);
  write(element("agent-name", HTMLElement), name);
  write(element("agent-id", HTMLElement), agent_id);
  write(element("agent-description", HTMLElement), description ?? "");
  element("agent-description", HTMLElement).hidden = !description;
  const since = element("agent-since", HTMLTimeElement);
  since.dateTime = created_at;
  write(since, `here since ${day_title(created_at)}`);
  document.title = `${name} · Kulti`;
}

/** The way to the stage, while the agent is on it. */
export function show_live(agent_id: string, head: Head | undefined): void {
  const link = element("watch-live", HTMLAnchorElement);
  link.hidden = head === undefined;
  if (!head) return;
  link.href = `/watch/${encodeURIComponent(agent_id)}`;
  const viewers = head.viewers > 0 ? `, ${head.viewers} watching` : "";
  write(element("watch-live-facts", HTMLElement), `${head.status}${viewers}`);
}
