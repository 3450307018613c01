/** Writes a tile. Text stays text, never HTML. */
import { fillAvatar } from "../frame/avatar.ts";
import { write } from "../frame/element.ts";
import { fillMore } from "../frame/more-live.ts";
import { handleBeside } from "../text/handle.ts";
import { clockText, dateAndClockText, durationText, elapsedText } from "../text/time.ts";
import type { Tile } from "./tiles.ts";

export function makeTile(template: HTMLTemplateElement): HTMLLIElement {
  return template.content.firstElementChild?.cloneNode(true) as HTMLLIElement;
}

export function fillTile(tile: HTMLLIElement, { head, kind }: Tile, now: number): void {
  const part = (name: string) => tile.querySelector(`.tile-${name}`) as HTMLElement;
  const link = tile.querySelector("a") as HTMLAnchorElement;
  tile.dataset.kind = kind;
  link.href =
    kind === "ended" ? `/watch/${head.agent_id}/${head.session_id}` : `/watch/${head.agent_id}`;
  write(part("status"), statusText(head.status, kind));
  write(part("since"), sinceText(head.last_event_at, kind, now));
  part("since").title = `Last event ${dateAndClockText(head.last_event_at)}`;
  write(part("name"), head.agent_name);
  part("name").title = head.agent_id;
  write(part("handle"), handleBeside(head.agent_name, head.agent_id));
  write(part("task"), head.task?.title ?? head.goal?.title ?? "");
  write(part("latest"), head.latest ?? "");
  const end = head.ended_at === null ? now : Date.parse(head.ended_at);
  write(part("elapsed"), elapsedText(end - Date.parse(head.started_at)));
  write(part("viewers"), head.viewers > 0 ? `${head.viewers} watching` : "");
  fillMore(part("more") as HTMLAnchorElement, head, kind !== "ended");
  fillAvatar(tile.querySelector(".avatar") as HTMLElement, head.agent_name, head.avatar_url);
}

function statusText(status: string, kind: Tile["kind"]): string {
  if (kind === "waiting") return "waits for a human";
  return kind === "stalled" ? `stalled while ${status}` : status;
}

function sinceText(lastEventAt: string, kind: Tile["kind"], now: number): string {
  if (kind !== "waiting" && kind !== "stalled") return "";
  const silence = now - Date.parse(lastEventAt);
  return silence < 60_000
    ? `since ${clockText(lastEventAt)}`
    : `since ${clockText(lastEventAt)}, ${durationText(silence)}`;
}
