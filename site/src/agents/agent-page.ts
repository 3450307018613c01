/** The page of an agent: who it is, what it did in a year, its figures, its sessions. */
import type { AgentStats, Head } from "@kulti/protocol";
import { type KultiApi, KultiApiError } from "kulti/watch";
import { many } from "../figures/amount.ts";
import { type FigureView, make_drawing, make_figure } from "../figures/figure-view.ts";
import { make_moments } from "../figures/moments.ts";
import { element, write } from "../frame/element.ts";
import { wire_theme } from "../frame/theme-button.ts";
import { follow_lobby, until_answered } from "../lobby/follow.ts";
import { load_api } from "../player/config.ts";
import { server_now } from "../player/server-clock.ts";
import { clock_text } from "../player/time.ts";
import { agent_figures } from "./agent-figures.ts";
import { agent_of } from "./agent-path.ts";
import { day_label } from "./days.ts";
import { show_live, show_profile } from "./profile.ts";
import { open_session_list } from "./session-list.ts";
import { draw_year, year_chart } from "./year-strip.ts";

/** How often the figures of an agent that is on stage are counted again. */
const recount_ms = 30_000;
const day_ms = 86_400_000;

export function open_agent_page(): void {
  wire_theme();
  const agent_id = agent_of(location.pathname);
  if (agent_id === null) show_nobody("");
  else void begin(agent_id);
}

async function begin(agent_id: string): Promise<void> {
  const visit = await until_answered(() => ask_for(agent_id), write_note);
  if (!visit) return show_nobody(agent_id);
  element("agent", HTMLElement).hidden = false;
  show_profile(visit.agent);
  open_figures(visit.api, visit.stats);
  follow(visit.api, agent_id);
}

/** Null where nobody goes by that name, or nobody public. */
async function ask_for(agent_id: string) {
  const api = await load_api();
  try {
    const [agent, stats] = await Promise.all([api.find_agent(agent_id), api.agent_stats(agent_id)]);
    return agent && { api, agent, stats };
  } catch (error) {
    if (error instanceof KultiApiError && error.code === "agent_not_found") return null;
    throw error;
  }
}

function show_nobody(agent_id: string): void {
  write_note(null);
  write(element("connection", HTMLElement), "");
  element("nobody", HTMLElement).hidden = false;
  write(element("nobody-id", HTMLElement), agent_id);
  element("nobody-named", HTMLElement).hidden = agent_id === "";
  document.title = "No such agent · Kulti";
}

function open_figures(api: KultiApi, stats: AgentStats): void {
  const { agent_id } = stats;
  const views = new Map<string, FigureView>();
  const grid = element("figures", HTMLElement);
  const show_figures = (counted: AgentStats) => {
    for (const figure of agent_figures(counted, server_now())) {
      let view = views.get(figure.key);
      if (!view) {
        view = make_figure(figure.key, figure.key === "events" ? 180 : 110);
        views.set(figure.key, view);
        grid.append(view.element);
      }
      view.show(figure);
    }
    show_moments(counted);
    // Of who was never on stage there is nothing to count.
    if (counted.sessions.count > 0) {
      element("year-section", HTMLElement).hidden = false;
      element("figures-section", HTMLElement).hidden = false;
    }
  };
  const year = open_year();
  const period = element("period", HTMLSelectElement);
  const recount = async () => {
    const days = Number(period.value);
    const from_at = days ? new Date(server_now() - (days - 1) * day_ms).toISOString() : undefined;
    const asked = period.value;
    grid.setAttribute("aria-busy", "true");
    // What is shown stays when it can't be counted anew; the next turn tries again.
    const counted = await api.agent_stats(agent_id, from_at ? { from_at } : {}).catch(() => null);
    grid.removeAttribute("aria-busy");
    if (!counted || period.value !== asked) return;
    show_figures(counted);
    if (!days) year(counted.days);
  };
  show_figures(stats);
  year(stats.days);
  period.addEventListener("change", () => void recount());
  setInterval(() => {
    const is_on_stage = !element("watch-live", HTMLElement).hidden;
    if (is_on_stage && document.visibilityState === "visible") void recount();
  }, recount_ms);
}

function open_year(): (days: AgentStats["days"]) => void {
  const place = element("year", HTMLElement);
  const table = make_drawing(0);
  let shown: AgentStats["days"] = [];
  const draw = () => draw_year(place, shown, server_now());
  new ResizeObserver(draw).observe(place);
  element("year-table", HTMLElement).append(table.element);
  return (days) => {
    shown = days;
    draw();
    table.show_table(year_chart(days));
  };
}

function show_moments({ agent_id, most_watched }: AgentStats): void {
  element("moments", HTMLElement).hidden = most_watched.length === 0;
  const links = most_watched.map(({ session_id, seq, at, viewers }) => ({
    href: `/watch/${agent_id}/${session_id}#e${seq}`,
    text: `${day_label(at)}, ${clock_text(at)}: ${many(viewers, "viewer")}`,
  }));
  element("moment-list", HTMLElement).replaceChildren(make_moments(links));
}

/** The list of sessions, kept up to date by the lobby channel. */
function follow(api: KultiApi, agent_id: string): void {
  const list = open_session_list(api, agent_id);
  const show = () => show_live(agent_id, list.newest_live(server_now()));
  follow_lobby(api, {
    take(head: Head) {
      if (head.agent_id !== agent_id) return;
      list.take([head]);
      show();
    },
    forget(changed_id) {
      if (changed_id !== agent_id) return;
      list.forget();
      show();
      void leave_if_gone(api, agent_id);
    },
    refresh: () => list.refresh().then(show),
    trouble: write_note,
  });
  // Who says nothing for long is no longer live.
  setInterval(() => {
    list.draw();
    show();
  }, 1_000);
}

/** A new start is all that surely keeps nothing of an agent that is no longer public. */
async function leave_if_gone(api: KultiApi, agent_id: string): Promise<void> {
  const agent = await until_answered(() => api.find_agent(agent_id), write_note);
  if (!agent) location.reload();
}

function write_note(text: string | null): void {
  const note = element("note", HTMLElement);
  note.hidden = text === null;
  write(note, text ?? "");
}
