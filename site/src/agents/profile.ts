import type { AgentProfile, Head } from "@kulti/protocol";
import { fillAvatar } from "../frame/avatar.ts";
import { element, write } from "../frame/element.ts";
import { handleBeside } from "../text/handle.ts";
import { dayTitle } from "./days.ts";

export function showProfile(agent: AgentProfile): void {
  const {
    agent_id: agentId,
    name,
    avatar_url: avatarUrl,
    description,
    created_at: createdAt,
  } = agent;
  fillAvatar(element("agent-avatar", HTMLElement), name, avatarUrl);
  write(element("agent-name", HTMLElement), name);
  write(element("agent-id", HTMLElement), handleBeside(name, agentId));
  write(element("agent-description", HTMLElement), description ?? "");
  element("agent-description", HTMLElement).hidden = !description;
  const since = element("agent-since", HTMLTimeElement);
  since.dateTime = createdAt;
  write(since, `here since ${dayTitle(createdAt)}`);
  document.title = `${name} · Kulti`;
}

/** The link to the stage, while the agent is on it. */
export function showLive(agentId: string, head: Head | undefined): void {
  const link = element("watch-live", HTMLAnchorElement);
  link.hidden = head === undefined;
  if (!head) return;
  link.href = `/watch/${encodeURIComponent(agentId)}`;
  const viewers = head.viewers > 0 ? `, ${head.viewers} watching` : "";
  write(element("watch-live-facts", HTMLElement), `${head.status}${viewers}`);
}
