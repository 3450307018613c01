/** The start screen. */
import { elapsedText, type Player } from "../../player/index.ts";
import { type RecordedSession, titleOf } from "../recorded-session.ts";
import { element, icon, icons } from "./element.ts";
import { initialsOf } from "./header.ts";

export function createPoster(session: RecordedSession, player: Player) {
  const { head } = session;
  const start = element("button", { type: "button", class: "start" }, icon(icons.play), "Play");
  start.addEventListener("click", () => player.send({ kind: "play" }));
  const began = new Date(head.started_at);
  const date = began.toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" });
  const counts = [
    counted(head.counts.thoughts, "thought"),
    counted(head.counts.terminal, "terminal event"),
    head.counts.errors > 0 ? counted(head.counts.errors, "error") : "",
  ].filter(Boolean);
  const keys = element("p", { class: "keys" });
  for (const [key, what] of [
    ["space", "play"],
    ["← →", "5 s"],
    ["[ ]", "chapters"],
    ["< >", "speed"],
  ] as const) {
    keys.append(element("kbd", {}, key), ` ${what}`);
  }
  const facts = element("p", { class: "facts" });
  const node = element(
    "section",
    { class: "poster", "aria-label": "Start" },
    element(
      "p",
      { class: "who" },
      element("span", { class: "avatar", "aria-hidden": "true" }, initialsOf(head.agent_name)),
      element("strong", { dir: "auto" }, head.agent_name),
      element("span", {}, date),
    ),
    element("h1", { dir: "auto" }, titleOf(session)),
    facts,
    start,
    keys,
  );
  return {
    node,
    show() {
      facts.textContent = [elapsedText(player.timeline.endMs), ...counts].join(" · ");
    },
  };
}

const counted = (count: number, word: string): string =>
  `${count} ${word}${count === 1 ? "" : "s"}`;
