/** The lobby page: reads the sessions, listens to the lobby channel, draws the programme. */
import type { Head } from "@kulti/protocol";
import type { KultiApi } from "kulti/watch";
import { element, put_in_order } from "../frame/element.ts";
import { wire_theme } from "../frame/theme-button.ts";
import { load_api } from "../player/config.ts";
import { server_now } from "../player/server-clock.ts";
import { curl_command, demo_command } from "./first-steps.ts";
import { follow_lobby, until_answered } from "./follow.ts";
import { Heads } from "./heads.ts";
import { is_live, listed_of, type Order, orders, programme_of } from "./programme.ts";
import { fill_row, make_row } from "./session-row.ts";

const page_rows = 50;

export function open_lobby(): void {
  const heads = new Heads();
  let is_loaded = false;
  let trouble: string | null = null;
  const draw = () => draw_lobby({ heads, is_loaded, trouble });
  const tell = (text: string | null) => {
    trouble = text;
    draw();
  };

  const begin = async () => {
    const api = await until_answered(load_api, tell);
    show_first_steps(api.api_url);
    follow_lobby(api, {
      take(head) {
        heads.take([head]);
        draw();
      },
      forget(agent_id) {
        heads.forget(agent_id);
        draw();
      },
      async refresh() {
        if (await heads.take_newest(page_rows, api.find_sessions)) offer_more(api);
        is_loaded = true;
      },
      trouble: tell,
    });
  };

  const offer_more = (api: KultiApi) => {
    const more = element("more", HTMLButtonElement);
    more.hidden = false;
    more.onclick = async () => {
      more.disabled = true;
      // After a failure the button is still there.
      more.hidden = !(await heads.take_older(page_rows, api.find_sessions).catch(() => true));
      more.disabled = false;
      draw();
    };
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
  heads: Heads;
  is_loaded: boolean;
  trouble: string | null;
}

function draw_lobby({ heads, is_loaded, trouble }: Lobby): void {
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
  write_note(note_of({ trouble, is_loaded, is_empty, found: live.length + days.length, filter }));
  const on_stage = listed_of(heads.values(), now).filter((head) => is_live(head, now)).length;
  document.title = on_stage > 0 ? `● ${on_stage} on stage · Kulti` : "Kulti: who is on stage";
}

const order_of = (value: string): Order => orders.find((order) => order === value) ?? "live";

interface Note {
  trouble: string | null;
  is_loaded: boolean;
  is_empty: boolean;
  found: number;
  filter: string;
}

function note_of({ trouble, is_loaded, is_empty, found, filter }: Note): string {
  if (trouble) return trouble;
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
