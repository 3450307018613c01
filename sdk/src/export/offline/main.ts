/** The page that replays a session from its own data, with no network: reads them, builds the stage, runs the clock. */
import type { RecordedSession } from "../session.ts";
import { create_clock } from "./clock.ts";
import { create_controls, speeds } from "./controls.ts";
import { element } from "./element.ts";
import { create_header } from "./header.ts";
import { listen_to_keys } from "./keys.ts";
import { create_mind } from "./mind.ts";
import { create_poster } from "./poster.ts";
import { Tape } from "./tape.ts";
import { create_terminal } from "./terminal.ts";
import { create_work } from "./work.ts";

declare global {
  interface Window {
    /** The folded state at the moment shown. */
    kulti_stage?: () => unknown;
  }
}

const session: RecordedSession = JSON.parse(
  document.getElementById("session")?.textContent ?? "null",
);
const tape = new Tape(session);
const clock = create_clock(tape.duration_ms, show);
const header = create_header(session.head);
const mind = create_mind(tape, (seq) => clock.seek(tape.played_of_seq(seq)));
const work = create_work();
const terminal = create_terminal();
const controls = create_controls(tape, clock);
const stage_node = element(
  "main",
  { class: "stage" },
  element("section", { class: "mind", "aria-label": "Mind" }, mind.node),
  element("section", { class: "work", "aria-label": "Work" }, work.node),
  element("section", { class: "terminal", "aria-label": "Terminal" }, terminal.node),
);
const poster = create_poster(session, tape, () => clock.play());
document.body.append(header.node, stage_node, panes(), controls.node, poster);
document.body.dataset.poster = "true";
listen_to_keys(tape, clock);

let shown_moments = -1;
let stage = tape.stage_after(0);
window.kulti_stage = () => stage;

function show(now_ms: number): void {
  if (clock.is_running || now_ms > 0) document.body.dataset.poster = "false";
  controls.show();
  const moments = tape.moments_at(now_ms);
  if (moments === shown_moments) return;
  shown_moments = moments;
  stage = tape.stage_after(moments);
  header.show(stage);
  mind.show(stage, moments);
  work.show(stage);
  terminal.show(stage);
}

/** On a narrow screen one part is seen at a time. */
function panes(): HTMLElement {
  const bar = element("nav", { class: "panes", "aria-label": "Parts" });
  const choose = (pane: string) => {
    stage_node.dataset.pane = pane;
    for (const tab of bar.children) {
      tab.setAttribute("aria-current", String(tab.textContent?.toLowerCase() === pane));
    }
  };
  for (const name of ["Mind", "Work", "Terminal"]) {
    const tab = element("button", { type: "button" }, name);
    tab.addEventListener("click", () => choose(name.toLowerCase()));
    bar.append(tab);
  }
  choose("mind");
  return bar;
}

/** `?t=90`, `?t=1:02:03`, `?speed=2`, `?theme=dark`, `?autoplay=1` and `#e42`, as in links to the site. */
function follow_address(): void {
  const query = new URLSearchParams(location.search);
  const theme = query.get("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  const speed = Number(query.get("speed"));
  if (speeds.includes(speed)) clock.set_speed(speed);
  const parts = (query.get("t") ?? "").split(":").map(Number);
  const seconds = parts.reduce((sum, part) => sum * 60 + part, 0);
  if (seconds > 0) clock.seek(tape.played_of(seconds * 1_000));
  const seq = /^#e(\d+)$/.exec(location.hash)?.[1];
  if (seq) clock.seek(tape.played_of_seq(Number(seq)));
  if (query.get("autoplay") === "1") clock.play();
}

show(0);
follow_address();
addEventListener("hashchange", follow_address);
