/** An agent's sessions, the newest first, each a link to its replay with its figures folded below it. */
import type { Head } from "@kulti/protocol";
import type { KultiApi } from "kulti/watch";
import { many } from "../figures/amount.ts";
import { show_session_figures } from "../figures/session-figures.ts";
import { element, put_in_order, write } from "../frame/element.ts";
import { type Find, Heads } from "../lobby/heads.ts";
import { is_live } from "../lobby/programme.ts";
import { server_now } from "../player/server-clock.ts";
import { clock_text, date_and_clock_text, duration_text, elapsed_text } from "../player/time.ts";
import { day_label } from "./days.ts";

const page_rows = 50;

export function open_session_list(api: KultiApi, agent_id: string) {
  const heads = new Heads();
  const rows = new Map<string, HTMLLIElement>();
  const list = element("session-list", HTMLUListElement);
  const template = element("session-row", HTMLTemplateElement);
  const more = element("more", HTMLButtonElement);
  const find: Find = (page) => api.find_sessions({ agent_id, ...page });
  let is_read = false;

  const newest_live = (now: number) => heads.newest_first().find((head) => is_live(head, now));

  const draw = () => {
    const now = server_now();
    const on_stage = newest_live(now);
    const wanted = heads.newest_first().map((head) => {
      const row = rows.get(head.session_id) ?? make_row(template, api, head);
      rows.set(head.session_id, row);
      fill_row(row, head, now, head === on_stage);
      return row;
    });
    put_in_order(list, wanted);
    element("no-sessions", HTMLElement).hidden = !is_read || heads.size > 0;
  };
  const take = (found: readonly Head[]) => {
    heads.take(found);
    draw();
  };

  more.addEventListener("click", async () => {
    more.disabled = true;
    // After a failure the button is still there.
    more.hidden = !(await heads.take_older(page_rows, find).catch(() => true));
    more.disabled = false;
    draw();
  });

  return {
    take,
    draw,
    forget(): void {
      heads.forget(agent_id);
      draw();
    },
    async refresh(): Promise<void> {
      if (await heads.take_newest(page_rows, find)) more.hidden = false;
      is_read = true;
      draw();
    },
    newest_live,
  };
}

function make_row(template: HTMLTemplateElement, api: KultiApi, head: Head): HTMLLIElement {
  const row = template.content.firstElementChild?.cloneNode(true) as HTMLLIElement;
  const details = row.querySelector("details") as HTMLDetailsElement;
  const panel = row.querySelector(".session-panel") as HTMLElement;
  details.addEventListener("toggle", () => {
    if (details.open) void show_session_figures(panel, { api, session_id: head.session_id });
  });
  return row;
}

/** Where the agent has several live sessions, its stage shows the one that began last. */
function fill_row(row: HTMLLIElement, head: Head, now: number, is_on_stage: boolean): void {
  const live = is_live(head, now);
  const part = (name: string) => row.querySelector(`.past-${name}`) as HTMLElement;
  const link = row.querySelector("a") as HTMLAnchorElement;
  const began = Date.parse(head.started_at);
  const ended = Date.parse(head.ended_at ?? head.last_event_at);
  link.dataset.live = String(live);
  link.href = is_on_stage
    ? `/watch/${head.agent_id}`
    : `/watch/${head.agent_id}/${head.session_id}`;
  write(part("when"), `${day_label(head.started_at)}, ${clock_text(head.started_at)}`);
  part("when").title = `Began ${date_and_clock_text(head.started_at)}`;
  const task = head.task?.title ?? head.goal?.title ?? "No task was named";
  write(part("task"), task);
  part("task").title = task;
  const { thoughts, code, terminal, errors } = head.counts;
  const steps = many(thoughts + code + terminal, "step");
  write(part("steps"), errors > 0 ? `${steps}, ${many(errors, "error")}` : steps);
  write(part("time"), live ? elapsed_text(now - began) : duration_text(ended - began));
  const label = `Figures of the session of ${date_and_clock_text(head.started_at)}`;
  row.querySelector("summary")?.setAttribute("aria-label", label);
}
