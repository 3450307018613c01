/** Writes a tile. Text only ever becomes text. */
import { fill_avatar } from "../frame/avatar.ts";
import { write } from "../frame/element.ts";
import { fill_more } from "../frame/more-live.ts";
import { handle_beside } from "../player/handle.ts";
import { clock_text, date_and_clock_text, duration_text, elapsed_text } from "../player/time.ts";
import type { Tile } from "./tiles.ts";

export function make_tile(template: HTMLTemplateElement): HTMLLIElement {
  return template.content.firstElementChild?.cloneNode(true) as HTMLLIElement;
}

export function fill_tile(tile: HTMLLIElement, { head, kind }: Tile, now: number): void {
  const part = (name: string) => tile.querySelector(`.tile-${name}`) as HTMLElement;
  const link = tile.querySelector("a") as HTMLAnchorElement;
  tile.dataset.kind = kind;
  link.href =
    kind === "ended" ? `/watch/${head.agent_id}/${head.session_id}` : `/watch/${head.agent_id}`;
  write(part("status"), status_text(head.status, kind));
  write(part("since"), since_text(head.last_event_at, kind, now));
  part("since").title = `Last event ${date_and_clock_text(head.last_event_at)}`;
  write(part("name"), head.agent_name);
  part("name").title = head.agent_id;
  write(part("handle"), handle_beside(head.agent_name, head.agent_id));
  write(part("task"), head.task?.title ?? head.goal?.title ?? "");
  write(part("latest"), head.latest ?? "");
  const end = head.ended_at === null ? now : Date.parse(head.ended_at);
  write(part("elapsed"), elapsed_text(end - Date.parse(head.started_at)));
  write(part("viewers"), head.viewers > 0 ? `${head.viewers} watching` : "");
  fill_more(part("more") as HTMLAnchorElement, head, kind !== "ended");
  fill_avatar(tile.querySelector(".avatar") as HTMLElement, head.agent_name, head.avatar_url);
}

function status_text(status: string, kind: Tile["kind"]): string {
  if (kind === "waiting") return "waits for a human";
  return kind === "stalled" ? `stalled while ${status}` : status;
}

function since_text(last_event_at: string, kind: Tile["kind"], now: number): string {
  if (kind !== "waiting" && kind !== "stalled") return "";
  const silence = now - Date.parse(last_event_at);
  return silence < 60_000
    ? `since ${clock_text(last_event_at)}`
    : `since ${clock_text(last_event_at)}, ${duration_text(silence)}`;
}
