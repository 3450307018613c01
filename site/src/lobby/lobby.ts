/** The lobby page: reads the sessions, listens to the lobby channel, draws the programme. */
import type { Head } from "@kulti/protocol";
import { type KultiApi, watchLobby } from "kulti/watch";
import { show_connection } from "../frame/connection.ts";
import { element, put_in_order } from "../frame/element.ts";
import { wire_theme } from "../frame/theme-button.ts";
import { load_api } from "../player/config.ts";
import { server_now } from "../player/server-clock.ts";
import { curl_command, demo_command } from "./first-steps.ts";
import { is_live, type Order, orders, programme_of } from "./programme.ts";
import { fill_row, make_row } from "./session-row.ts";

const page_rows = 50;
const retry_ms = 5_000;

export function open_lobby(): void {
  const heads = new Map<string, Head>();
  let is_loaded = false;
  let problem: string | null = null;

  const take = (found: readonly Head[]) => {
    for (const head of found) {
      const known = heads.get(head.session_id);
      if (!known || known.to_seq <= head.to_seq) heads.set(head.session_id, head);
    }
    draw();
  };
  const draw = () => draw_lobby({ heads, is_loaded, problem });

  const refresh = async (api: KultiApi) => {
    try {
      const found = await api.find_sessions({ max_rows: page_rows });
      is_loaded = true;
      problem = null;
      if (found.length === page_rows) offer_more(api);
      take(found);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      draw();
      setTimeout(() => void refresh(api), retry_ms);
    }
  };

  const offer_more = (api: KultiApi) => {
    const more = element("more", HTMLButtonElement);
    more.hidden = false;
    more.onclick = async () => {
      const oldest = [...heads.values()].reduce((one, other) =>
        Date.parse(one.started_at) < Date.parse(other.started_at) ? one : other,
      );
      more.disabled = true;
      const found = await api
        .find_sessions({ max_rows: page_rows, before: oldest.started_at })
        .catch(() => null);
      more.disabled = false;
      more.hidden = found !== null && found.length < page_rows;
      take(found ?? []);
    };
  };

  const begin = async () => {
    try {
      const api = await load_api();
      show_first_steps(api.api_url);
      void refresh(api);
      watchLobby({
        api,
        handlers: {
          head: (head) => take([head]),
          connection: show_connection,
          refresh: () => void refresh(api),
        },
      });
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      draw();
      setTimeout(begin, retry_ms);
    }
  };

  element("filter", HTMLInputElement).addEventListener("input", draw);
  element("order", HTMLSelectElement).addEventListener("change", draw);
  wire_theme();
  wire_copying();
  // Times go on, and who says nothing for long is no longer live.
  setInterval(draw, 1_000);
  void begin();
}

interface Lobby {
  heads: ReadonlyMap<string, Head>;
  is_loaded: boolean;
  problem: string | null;
}

function draw_lobby({ heads, is_loaded, problem }: Lobby): void {
  const now = server_now();
  const filter = element("filter", HTMLInputElement).value;
  const chosen = element("order", HTMLSelectElement);
  chosen.hidden = heads.size === 0;
  const { live, days } = programme_of(heads.values(), filter, now, order_of(chosen.value));
  element("live", HTMLElement).hidden = live.length === 0;
  draw_list(element("live-list", HTMLUListElement), live, now);
  draw_days(days, now);
  const is_empty = is_loaded && heads.size === 0;
  element("empty", HTMLElement).hidden = !is_empty;
  write_note(note_of({ problem, is_loaded, is_empty, found: live.length + days.length, filter }));
  const on_stage = [...heads.values()].filter((head) => is_live(head, now)).length;
  document.title = on_stage > 0 ? `● ${on_stage} on stage · Kulti` : "Kulti: who is on stage";
}

const order_of = (value: string): Order => orders.find((order) => order === value) ?? "live";

interface Note {
  problem: string | null;
  is_loaded: boolean;
  is_empty: boolean;
  found: number;
  filter: string;
}

function note_of({ problem, is_loaded, is_empty, found, filter }: Note): string {
  if (problem) return `The server doesn't answer; it is tried again by itself. ${problem}`;
  if (!is_loaded) return "Looking who is there …";
  if (!is_empty && found === 0) return `No session matches “${filter.trim()}”.`;
  return "";
}

function write_note(text: string): void {
  const note = element("note", HTMLElement);
  note.hidden = text === "";
  if (note.textContent !== text) note.textContent = text;
}

function draw_days(days: readonly { day: string; heads: Head[] }[], now: number): void {
  const section = element("recent", HTMLElement);
  section.hidden = days.length === 0;
  const known = new Map(
    [...section.querySelectorAll<HTMLElement>("[data-day]")].map((one) => [one.dataset.day, one]),
  );
  const wanted = days.map(({ day, heads }) => {
    const element = known.get(day) ?? make_day(day);
    draw_list(element.querySelector("ul") as HTMLUListElement, heads, now);
    return element;
  });
  put_in_order(section, wanted);
}

function make_day(day: string): HTMLElement {
  const element = document.createElement("section");
  element.dataset.day = day;
  const title = document.createElement("h2");
  title.textContent = day;
  const list = document.createElement("ul");
  list.className = "programme";
  element.append(title, list);
  return element;
}

/** Rows are kept from one drawing to the next, so that focus and selection stay where they are. */
function draw_list(list: HTMLUListElement, heads: readonly Head[], now: number): void {
  const known = new Map(
    [...list.children].map((row) => [(row as HTMLElement).dataset.sessionId, row as HTMLLIElement]),
  );
  const template = element("session-row", HTMLTemplateElement);
  const rows = heads.map((head) => {
    const row = known.get(head.session_id) ?? make_row(template);
    fill_row(row, head, now);
    return row;
  });
  put_in_order(list, rows);
}

function show_first_steps(api_url: string): void {
  element("demo-command", HTMLElement).textContent = demo_command(api_url);
  element("curl-command", HTMLElement).textContent = curl_command(api_url);
}

function wire_copying(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    button.addEventListener("click", async () => {
      const command = element(button.dataset.copy ?? "", HTMLElement);
      const copying = navigator.clipboard?.writeText(command.textContent ?? "");
      const is_copied = await copying?.then(
        () => true,
        () => false,
      );
      if (!is_copied) return getSelection()?.selectAllChildren(command);
      button.dataset.copied = "true";
      setTimeout(() => delete button.dataset.copied, 2_000);
    });
  }
}
