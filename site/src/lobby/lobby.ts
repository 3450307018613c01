/** The lobby page: reads the sessions, listens to the lobby channel, draws the programme. */
import type { Head } from "@kulti/protocol";
import type { KultiApi } from "kulti/watch";
import { element, putInOrder } from "../frame/element.ts";
import { wireTheme } from "../frame/theme-button.ts";
import { loadApi } from "../visit/config.ts";
import { serverNow } from "../visit/server-clock.ts";
import { curlCommand, demoCommand } from "./first-steps.ts";
import { Heads, maxRows } from "./heads.ts";
import { isLive, listedOf, type Order, orders, programmeOf } from "./programme.ts";
import { fillRow, makeRow } from "./session-row.ts";
import { retryUntilAnswered, syncListing } from "./sync-listing.ts";

const pageRows = 50;

export function openLobby(): void {
  const heads = new Heads();
  let isLoaded = false;
  let problem: string | null = null;
  const draw = () => drawLobby({ heads, isLoaded, problem });
  const tell = (text: string | null) => {
    problem = text;
    draw();
  };

  const begin = async () => {
    const api = await retryUntilAnswered(loadApi, tell);
    showFirstSteps(api.api_url);
    syncListing(api, {
      upsert(head) {
        heads.upsert([head]);
        draw();
      },
      forget(agentId) {
        heads.forget(agentId);
        draw();
      },
      async refresh() {
        if (await heads.loadNewest(pageRows, api.findSessions)) offerMore(api);
        // Agents that have been on stage for long may come after a full page.
        if (heads.size >= pageRows)
          heads.upsert(await api.findSessions({ live: true, max_rows: maxRows }));
        isLoaded = true;
      },
      showProblem: tell,
    });
  };

  const offerMore = (api: KultiApi) => {
    const more = element("more", HTMLButtonElement);
    more.hidden = false;
    more.onclick = async () => {
      more.disabled = true;
      // After a failure, the button remains.
      more.hidden = !(await heads.loadOlder(pageRows, api.findSessions).catch(() => true));
      more.disabled = false;
      draw();
    };
  };

  element("filter", HTMLInputElement).addEventListener("input", draw);
  element("order", HTMLSelectElement).addEventListener("change", draw);
  wireTheme();
  wireCopying();
  // The displayed times change, and a session that has been silent for too long is no longer live.
  setInterval(draw, 1_000);
  void begin();
}

interface Lobby {
  heads: Heads;
  isLoaded: boolean;
  problem: string | null;
}

function drawLobby({ heads, isLoaded, problem }: Lobby): void {
  const now = serverNow();
  const filter = element("filter", HTMLInputElement).value;
  const chosen = element("order", HTMLSelectElement);
  chosen.hidden = heads.size === 0;
  const { live, days } = programmeOf(heads.values(), filter, now, orderOf(chosen.value));
  element("live", HTMLElement).hidden = live.length === 0;
  drawList(element("live-list", HTMLUListElement), live, now);
  drawDays(days, now);
  const isEmpty = isLoaded && heads.size === 0;
  element("empty", HTMLElement).hidden = !isEmpty;
  writeNote(noteOf({ problem, isLoaded, isEmpty, found: live.length + days.length, filter }));
  const onStage = listedOf(heads.values(), now).filter((head) => isLive(head, now)).length;
  document.title = onStage > 0 ? `● ${onStage} on stage · Kulti` : "Kulti: who is on stage";
}

const orderOf = (value: string): Order => orders.find((order) => order === value) ?? "live";

interface Note {
  problem: string | null;
  isLoaded: boolean;
  isEmpty: boolean;
  found: number;
  filter: string;
}

function noteOf({ problem, isLoaded, isEmpty, found, filter }: Note): string {
  if (problem) return problem;
  if (!isLoaded) return "Loading …";
  if (!isEmpty && found === 0) return `No session matches “${filter.trim()}”.`;
  return "";
}

function writeNote(text: string): void {
  const note = element("note", HTMLElement);
  note.hidden = text === "";
  if (note.textContent !== text) note.textContent = text;
}

function drawDays(days: readonly { day: string; heads: Head[] }[], now: number): void {
  const section = element("recent", HTMLElement);
  section.hidden = days.length === 0;
  const known = new Map(
    [...section.querySelectorAll<HTMLElement>("[data-day]")].map((one) => [one.dataset.day, one]),
  );
  const wanted = days.map(({ day, heads }) => {
    const element = known.get(day) ?? makeDay(day);
    drawList(element.querySelector("ul") as HTMLUListElement, heads, now);
    return element;
  });
  putInOrder(section, wanted);
}

function makeDay(day: string): HTMLElement {
  const element = document.createElement("section");
  element.dataset.day = day;
  const title = document.createElement("h2");
  title.textContent = day;
  const list = document.createElement("ul");
  list.className = "programme";
  element.append(title, list);
  return element;
}

/** Keeps rows from one drawing to the next, so focus and selection stay. */
function drawList(list: HTMLUListElement, heads: readonly Head[], now: number): void {
  const known = new Map(
    [...list.children].map((row) => [(row as HTMLElement).dataset.sessionId, row as HTMLLIElement]),
  );
  const template = element("session-row", HTMLTemplateElement);
  const rows = heads.map((head) => {
    const row = known.get(head.session_id) ?? makeRow(template);
    fillRow(row, head, now);
    return row;
  });
  putInOrder(list, rows);
}

function showFirstSteps(apiUrl: string): void {
  element("demo-command", HTMLElement).textContent = demoCommand(apiUrl);
  element("curl-command", HTMLElement).textContent = curlCommand(apiUrl);
}

function wireCopying(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    button.addEventListener("click", async () => {
      const command = element(button.dataset.copy ?? "", HTMLElement);
      const copying = navigator.clipboard?.writeText(command.textContent ?? "");
      const isCopied = await copying?.then(
        () => true,
        () => false,
      );
      if (!isCopied) return getSelection()?.selectAllChildren(command);
      button.dataset.copied = "true";
      setTimeout(() => delete button.dataset.copied, 2_000);
    });
  }
}
