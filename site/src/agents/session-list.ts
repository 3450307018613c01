/** An agent's sessions, newest first: each links to its replay and has its figures collapsed below it. */
import type { Head } from "@kulti/protocol";
import type { KultiApi } from "kulti/watch";
import { many } from "../figures/amount.ts";
import { showSessionFigures } from "../figures/session-figures.ts";
import { element, putInOrder, write } from "../frame/element.ts";
import { type Find, Heads } from "../lobby/heads.ts";
import { isLive } from "../lobby/programme.ts";
import { clockText, dateAndClockText, durationText, elapsedText } from "../text/time.ts";
import { serverNow } from "../visit/server-clock.ts";
import { dayLabel } from "./days.ts";

const pageRows = 50;

export function openSessionList(api: KultiApi, agentId: string) {
  const heads = new Heads();
  const rows = new Map<string, HTMLLIElement>();
  const list = element("session-list", HTMLUListElement);
  const template = element("session-row", HTMLTemplateElement);
  const more = element("more", HTMLButtonElement);
  const find: Find = (page) => api.findSessions({ agent_id: agentId, ...page });
  let isRead = false;

  const newestLive = (now: number) => heads.newestFirst().find((head) => isLive(head, now));

  const draw = () => {
    const now = serverNow();
    const onStage = newestLive(now);
    const wanted = heads.newestFirst().map((head) => {
      const row = rows.get(head.session_id) ?? makeRow(template, api, head);
      rows.set(head.session_id, row);
      fillRow(row, head, now, head === onStage);
      return row;
    });
    putInOrder(list, wanted);
    element("no-sessions", HTMLElement).hidden = !isRead || heads.size > 0;
  };
  const upsert = (found: readonly Head[]) => {
    heads.upsert(found);
    draw();
  };

  more.addEventListener("click", async () => {
    more.disabled = true;
    // After a failure, the button remains.
    more.hidden = !(await heads.loadOlder(pageRows, find).catch(() => true));
    more.disabled = false;
    draw();
  });

  return {
    upsert,
    draw,
    forget(): void {
      heads.forget(agentId);
      draw();
    },
    async refresh(): Promise<void> {
      if (await heads.loadNewest(pageRows, find)) more.hidden = false;
      isRead = true;
      draw();
    },
    newestLive,
  };
}

function makeRow(template: HTMLTemplateElement, api: KultiApi, head: Head): HTMLLIElement {
  const row = template.content.firstElementChild?.cloneNode(true) as HTMLLIElement;
  const details = row.querySelector("details") as HTMLDetailsElement;
  const panel = row.querySelector(".session-panel") as HTMLElement;
  details.addEventListener("toggle", () => {
    if (details.open) void showSessionFigures(panel, { api, sessionId: head.session_id });
  });
  return row;
}

/** If the agent has several live sessions, its stage shows the one that began last. */
function fillRow(row: HTMLLIElement, head: Head, now: number, isOnStage: boolean): void {
  const live = isLive(head, now);
  const part = (name: string) => row.querySelector(`.past-${name}`) as HTMLElement;
  const link = row.querySelector("a") as HTMLAnchorElement;
  const began = Date.parse(head.started_at);
  const ended = Date.parse(head.ended_at ?? head.last_event_at);
  link.dataset.live = String(live);
  link.href = isOnStage ? `/watch/${head.agent_id}` : `/watch/${head.agent_id}/${head.session_id}`;
  write(part("when"), `${dayLabel(head.started_at)}, ${clockText(head.started_at)}`);
  part("when").title = `Began ${dateAndClockText(head.started_at)}`;
  const task = head.task?.title ?? head.goal?.title ?? "No task given";
  write(part("task"), task);
  part("task").title = task;
  const { thoughts, code, terminal, errors } = head.counts;
  const steps = many(thoughts + code + terminal, "step");
  write(part("steps"), errors > 0 ? `${steps}, ${many(errors, "error")}` : steps);
  write(part("time"), live ? elapsedText(now - began) : durationText(ended - began));
  const label = `Figures of the session of ${dateAndClockText(head.started_at)}`;
  row.querySelector("summary")?.setAttribute("aria-label", label);
}
