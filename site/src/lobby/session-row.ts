/** Writes a head into its row. Text only ever becomes text. */

import type { Head } from "@kulti/protocol";
import { many } from "../figures/amount.ts";
import { fill_avatar } from "../frame/avatar.ts";
import { fill_more } from "../frame/more-live.ts";
import { handle_beside } from "../player/handle.ts";
import { clock_text, date_and_clock_text, duration_text, elapsed_text } from "../player/time.ts";
import { is_live } from "./programme.ts";

export function make_row(template: HTMLTemplateElement): HTMLLIElement {
  return template.content.firstElementChild?.cloneNode(true) as HTMLLIElement;
}

export function fill_row(row: HTMLLIElement, head: Head, now: number): void {
  const live = is_live(head, now);
  const link = row.querySelector("a") as HTMLAnchorElement;
  row.dataset.sessionId = head.session_id;
  link.dataset.live = String(live);
  link.dataset.status = head.status;
  link.href = live ? `/watch/${head.agent_id}` : `/watch/${head.agent_id}/${head.session_id}`;
  const began = Date.parse(head.started_at);
  const ended = Date.parse(head.ended_at ?? head.last_event_at);
  write(row, "when", live ? elapsed_text(now - began) : clock_text(head.started_at));
  part(row, "when").title = `Began ${date_and_clock_text(head.started_at)}`;
  write(row, "name", head.agent_name);
  part(row, "name").title = head.agent_id;
  write(row, "handle", handle_beside(head.agent_name, head.agent_id));
  write(row, "status", live || head.status === "error" ? head.status : "");
  const task = head.task?.title ?? head.goal?.title;
  write(row, "task", task ?? "No task was named");
  part(row, "task").title = task ?? "";
  write(row, "latest", live ? (head.latest ?? "") : "");
  write(row, "facts", live ? watching(head) : `${duration_text(ended - began)} · ${amount(head)}`);
  fill_more(part(row, "more") as HTMLAnchorElement, head, live);
  fill_avatar(row.querySelector(".avatar") as HTMLElement, head.agent_name, head.avatar_url);
}

const part = (row: HTMLElement, name: string): HTMLElement =>
  row.querySelector(`.session-${name}`) as HTMLElement;

/** Only what changed is written, so that a reader's selection survives the others. */
function write(row: HTMLElement, name: string, text: string): void {
  const element = part(row, name);
  if (element.textContent !== text) element.textContent = text;
}

const watching = ({ viewers }: Head): string => (viewers > 0 ? `${viewers} watching` : "");

function amount({ counts }: Head): string {
  if (counts.thoughts > 0) return many(counts.thoughts, "thought");
  return many(counts.code + counts.terminal, "step");
}
