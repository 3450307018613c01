/** The page that replays a session from its own data, with no network: reads them, builds the stage, runs the clock. */
import type { RecordedSession } from "../recorded-session.ts";
import { createClock } from "./clock.ts";
import { createControls, speeds } from "./controls.ts";
import { element } from "./element.ts";
import { createHeader } from "./header.ts";
import { listenToKeys } from "./keys.ts";
import { createMind } from "./mind.ts";
import { createPoster } from "./poster.ts";
import { Tape } from "./tape.ts";
import { createTerminal } from "./terminal.ts";
import { createWork } from "./work.ts";

declare global {
  interface Window {
    /** The folded state at the moment shown. */
    kultiStage?: () => unknown;
  }
}

const session: RecordedSession = JSON.parse(
  document.getElementById("session")?.textContent ?? "null",
);
const tape = new Tape(session);
const clock = createClock(tape.durationMs, show);
const header = createHeader(session.head);
const mind = createMind(tape, (seq) => clock.seek(tape.playedOfSeq(seq)));
const work = createWork();
const terminal = createTerminal();
const controls = createControls(tape, clock);
const stageNode = element(
  "main",
  { class: "stage" },
  element("section", { class: "mind", "aria-label": "Mind" }, mind.node),
  element("section", { class: "work", "aria-label": "Work" }, work.node),
  element("section", { class: "terminal", "aria-label": "Terminal" }, terminal.node),
);
const poster = createPoster(session, tape, () => clock.play());
document.body.append(header.node, stageNode, panes(), controls.node, poster);
document.body.dataset.poster = "true";
listenToKeys(tape, clock);

let shownMoments = -1;
let stage = tape.stageAfter(0);
window.kultiStage = () => stage;

function show(nowMs: number): void {
  if (clock.isRunning || nowMs > 0) document.body.dataset.poster = "false";
  controls.show();
  const moments = tape.momentsAt(nowMs);
  if (moments === shownMoments) return;
  shownMoments = moments;
  stage = tape.stageAfter(moments);
  header.show(stage);
  mind.show(stage, moments);
  work.show(stage);
  terminal.show(stage);
}

/** On a narrow screen one part is seen at a time. */
function panes(): HTMLElement {
  const bar = element("nav", { class: "panes", "aria-label": "Parts" });
  const choose = (pane: string) => {
    stageNode.dataset.pane = pane;
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
function followAddress(): void {
  const query = new URLSearchParams(location.search);
  const theme = query.get("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  const speed = Number(query.get("speed"));
  if (speeds.includes(speed)) clock.setSpeed(speed);
  const parts = (query.get("t") ?? "").split(":").map(Number);
  const seconds = parts.reduce((sum, part) => sum * 60 + part, 0);
  if (seconds > 0) clock.seek(tape.playedOf(seconds * 1_000));
  const seq = /^#e(\d+)$/.exec(location.hash)?.[1];
  if (seq) clock.seek(tape.playedOfSeq(Number(seq)));
  if (query.get("autoplay") === "1") clock.play();
}

show(0);
followAddress();
addEventListener("hashchange", followAddress);
