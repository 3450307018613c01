/** Writes a head into its row. Text stays text, never HTML. */

import type { Head } from "@kulti/protocol";
import { many } from "../figures/amount.ts";
import { fillAvatar } from "../frame/avatar.ts";
import { fillMore } from "../frame/more-live.ts";
import { handleBeside } from "../text/handle.ts";
import { clockText, dateAndClockText, durationText, elapsedText } from "../text/time.ts";
import { isLive } from "./programme.ts";

export function makeRow(template: HTMLTemplateElement): HTMLLIElement {
  return template.content.firstElementChild?.cloneNode(true) as HTMLLIElement;
}

export function fillRow(row: HTMLLIElement, head: Head, now: number): void {
  const live = isLive(head, now);
  const link = row.querySelector("a") as HTMLAnchorElement;
  row.dataset.sessionId = head.session_id;
  link.dataset.live = String(live);
  link.dataset.status = head.status;
  link.href = live ? `/watch/${head.agent_id}` : `/watch/${head.agent_id}/${head.session_id}`;
  const began = Date.parse(head.started_at);
  const ended = Date.parse(head.ended_at ?? head.last_event_at);
  write(row, "when", live ? elapsedText(now - began) : clockText(head.started_at));
  part(row, "when").title = `Began ${dateAndClockText(head.started_at)}`;
  write(row, "name", head.agent_name);
  part(row, "name").title = head.agent_id;
  write(row, "handle", handleBeside(head.agent_name, head.agent_id));
  write(row, "status", live || head.status === "error" ? head.status : "");
  const task = head.task?.title ?? head.goal?.title;
  write(row, "task", task ?? "No task given");
  part(row, "task").title = task ?? "";
  write(row, "latest", live ? (head.latest ?? "") : "");
  write(row, "facts", live ? watching(head) : `${durationText(ended - began)} · ${amount(head)}`);
  fillMore(part(row, "more") as HTMLAnchorElement, head, live);
  fillAvatar(row.querySelector(".avatar") as HTMLElement, head.agent_name, head.avatar_url);
}

const part = (row: HTMLElement, name: string): HTMLElement =>
  row.querySelector(`.session-${name}`) as HTMLElement;

/** Writes the text only if it changed, so a reader's selection survives. */
function write(row: HTMLElement, name: string, text: string): void {
  const element = part(row, name);
  if (element.textContent !== text) element.textContent = text;
}

const watching = ({ viewers }: Head): string => (viewers > 0 ? `${viewers} watching` : "");

function amount({ counts }: Head): string {
  if (counts.thoughts > 0) return many(counts.thoughts, "thought");
  return many(counts.code + counts.terminal, "step");
}
