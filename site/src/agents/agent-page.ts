/** An agent's page: profile, last year's activity, figures, sessions. */
import type { AgentStats, Head } from "@kulti/protocol";
import { type KultiApi, KultiApiError } from "kulti/watch";
import { many } from "../figures/amount.ts";
import { type FigureView, makeDrawing, makeFigure } from "../figures/figure-view.ts";
import { makeMoments } from "../figures/moments.ts";
import { element, write } from "../frame/element.ts";
import { wireTheme } from "../frame/theme-button.ts";
import { retryUntilAnswered, syncListing } from "../lobby/sync-listing.ts";
import { clockText } from "../text/time.ts";
import { loadApi } from "../visit/config.ts";
import { serverNow } from "../visit/server-clock.ts";
import { agentFigures } from "./agent-figures.ts";
import { agentOf } from "./agent-path.ts";
import { dayLabel } from "./days.ts";
import { showLive, showProfile } from "./profile.ts";
import { openSessionList } from "./session-list.ts";
import { drawYear, yearChart } from "./year-strip.ts";

/** How often the page reads the figures again while the agent is on stage. */
const recountMs = 30_000;
const dayMs = 86_400_000;

export function openAgentPage(): void {
  wireTheme();
  const agentId = agentOf(location.pathname);
  if (agentId === null) showNobody("");
  else void begin(agentId);
}

async function begin(agentId: string): Promise<void> {
  const visit = await retryUntilAnswered(() => askFor(agentId), writeNote);
  if (!visit) return showNobody(agentId);
  element("agent", HTMLElement).hidden = false;
  showProfile(visit.agent);
  openFigures(visit.api, visit.stats);
  follow(visit.api, agentId);
}

/** Null if no public agent has this id. */
async function askFor(agentId: string) {
  const api = await loadApi();
  try {
    const [agent, stats] = await Promise.all([api.findAgent(agentId), api.agentStats(agentId)]);
    return agent && { api, agent, stats };
  } catch (error) {
    if (error instanceof KultiApiError && error.code === "agent_not_found") return null;
    throw error;
  }
}

function showNobody(agentId: string): void {
  writeNote(null);
  write(element("connection", HTMLElement), "");
  element("nobody", HTMLElement).hidden = false;
  write(element("nobody-id", HTMLElement), agentId);
  element("nobody-named", HTMLElement).hidden = agentId === "";
  document.title = "No such agent · Kulti";
}

function openFigures(api: KultiApi, stats: AgentStats): void {
  const { agent_id: agentId } = stats;
  const views = new Map<string, FigureView>();
  const grid = element("figures", HTMLElement);
  const showFigures = (counted: AgentStats) => {
    for (const figure of agentFigures(counted, serverNow())) {
      let view = views.get(figure.key);
      if (!view) {
        view = makeFigure(figure.key, figure.key === "events" ? 180 : 110);
        views.set(figure.key, view);
        grid.append(view.element);
      }
      view.show(figure);
    }
    showMoments(counted);
    // An agent that was never on stage has nothing to count.
    if (counted.sessions.count > 0) {
      element("year-section", HTMLElement).hidden = false;
      element("figures-section", HTMLElement).hidden = false;
    }
  };
  const year = openYear();
  const period = element("period", HTMLSelectElement);
  const recount = async () => {
    const days = Number(period.value);
    const fromAt = days ? new Date(serverNow() - (days - 1) * dayMs).toISOString() : undefined;
    const asked = period.value;
    grid.setAttribute("aria-busy", "true");
    // After a failure, the page keeps its figures until the next attempt.
    const counted = await api
      .agentStats(agentId, fromAt ? { from_at: fromAt } : {})
      .catch(() => null);
    grid.removeAttribute("aria-busy");
    if (!counted || period.value !== asked) return;
    showFigures(counted);
    if (!days) year(counted.days);
  };
  showFigures(stats);
  year(stats.days);
  period.addEventListener("change", () => void recount());
  setInterval(() => {
    const isOnStage = !element("watch-live", HTMLElement).hidden;
    if (isOnStage && document.visibilityState === "visible") void recount();
  }, recountMs);
}

function openYear(): (days: AgentStats["days"]) => void {
  const place = element("year", HTMLElement);
  const table = makeDrawing(0);
  let shown: AgentStats["days"] = [];
  const draw = () => drawYear(place, shown, serverNow());
  new ResizeObserver(draw).observe(place);
  element("year-table", HTMLElement).append(table.element);
  return (days) => {
    shown = days;
    draw();
    table.showTable(yearChart(days));
  };
}

function showMoments({ agent_id: agentId, most_watched: maxWatched }: AgentStats): void {
  element("moments", HTMLElement).hidden = maxWatched.length === 0;
  const links = maxWatched.map(({ session_id: sessionId, seq, at, viewers }) => ({
    href: `/watch/${agentId}/${sessionId}#e${seq}`,
    text: `${dayLabel(at)}, ${clockText(at)}: ${many(viewers, "viewer")}`,
  }));
  element("moment-list", HTMLElement).replaceChildren(makeMoments(links));
}

/** Keeps the list of sessions up to date over the lobby channel. */
function follow(api: KultiApi, agentId: string): void {
  const list = openSessionList(api, agentId);
  const show = () => showLive(agentId, list.newestLive(serverNow()));
  syncListing(api, {
    upsert(head: Head) {
      if (head.agent_id !== agentId) return;
      list.upsert([head]);
      show();
    },
    forget(changedId) {
      if (changedId !== agentId) return;
      list.forget();
      show();
      void leaveIfGone(api, agentId);
    },
    refresh: () => list.refresh().then(show),
    showProblem: writeNote,
  });
  // A session that has been silent for too long is no longer live.
  setInterval(() => {
    list.draw();
    show();
  }, 1_000);
}

/** Only a reload is sure to remove all traces of an agent that is no longer public. */
async function leaveIfGone(api: KultiApi, agentId: string): Promise<void> {
  const agent = await retryUntilAnswered(() => api.findAgent(agentId), writeNote);
  if (!agent) location.reload();
}

function writeNote(text: string | null): void {
  const note = element("note", HTMLElement);
  note.hidden = text === null;
  write(note, text ?? "");
}
