/** Replays a session from the page's own data without network: the player, and plain views of its state. */
import {
  actionOf,
  browserClock,
  createPlayer,
  type PlayerState,
  parsePlaybackRequest,
} from "../../player/index.ts";
import type { RecordedSession } from "../recorded-session.ts";
import { createControls } from "./controls.ts";
import { element } from "./element.ts";
import { createHeader } from "./header.ts";
import { createMemorySource, headOfPage } from "./memory-source.ts";
import { createMind } from "./mind.ts";
import { createPoster } from "./poster.ts";
import { createTerminal } from "./terminal.ts";
import { createWork } from "./work.ts";

declare global {
  interface Window {
    /** The folded state of the place shown. */
    kultiStage?: () => unknown;
  }
}

const session: RecordedSession = JSON.parse(
  document.getElementById("session")?.textContent ?? "null",
);
const request = parsePlaybackRequest(location);
// The page shows text without typing.
const clock = { ...browserClock, isWatched: () => false };
const player = createPlayer({
  sessionId: session.head.session_id,
  source: createMemorySource(session, clock),
  head: headOfPage(session),
  clock,
  read: async (afterSeq) => session.events.slice(afterSeq, afterSeq + 1_000),
  // Without a place in the link, the page waits at the start.
  request: { ...request, ms: request.ms ?? 0 },
});
const header = createHeader(session.head);
const mind = createMind(session, player);
const work = createWork(player);
const terminal = createTerminal();
const controls = createControls(player);
const stageNode = element(
  "main",
  { class: "stage" },
  element("section", { class: "mind", "aria-label": "Mind" }, mind.node),
  element("section", { class: "work", "aria-label": "Work" }, work.node),
  element("section", { class: "terminal", "aria-label": "Terminal" }, terminal.node),
);
const poster = createPoster(session, player);
document.body.append(header.node, stageNode, panes(), controls.node, poster.node);
document.body.dataset.poster = "true";
window.kultiStage = () => player.stage();

let shown: PlayerState | null = null;

function show(state: PlayerState): void {
  const before = shown;
  shown = state;
  const { stage, control, position, follow, messagesShown } = state;
  if (control.playing || position.ms > 0) document.body.dataset.poster = "false";
  controls.show(state);
  if (state.edge !== before?.edge) poster.show();
  if (stage !== before?.stage || follow !== before.follow) work.show(state);
  if (stage === before?.stage && messagesShown === before.messagesShown) return;
  header.show(stage);
  mind.show(state);
  terminal.show(stage);
}

/** A narrow screen shows one part at a time. */
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

addEventListener("keydown", (event) => {
  const { target, key } = event;
  // A focused button, link or disclosure handles space and enter itself.
  const isPress = key === " " || key === "Enter";
  if (isPress && target instanceof Element && target.closest("button, a, summary")) return;
  const action = actionOf(event);
  if (!action || action.kind === "help" || action.kind === "fullscreen") return;
  event.preventDefault();
  player.send(action);
});

addEventListener("hashchange", () => {
  const { seq } = parsePlaybackRequest(location);
  if (seq !== null) player.send({ kind: "seek_seq", seq });
});

const theme = new URLSearchParams(location.search).get("theme");
if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
player.store.subscribe(() => show(player.store.get()));
show(player.store.get());
