/** The bar below the stage: play button, position, overview of the session, and speed. */
import {
  atPart,
  type Chapter,
  elapsedText,
  isMoving,
  overviewOf,
  type Player,
  type PlayerState,
  partOf,
  speeds,
} from "../../player/index.ts";
import { element, icon, icons } from "./element.ts";

const heatSlots = 160;

const percent = (part: number): string => `${100 * part}%`;

export function createControls(player: Player) {
  const play = element("button", { type: "button", class: "play" });
  const elapsed = element("time", { class: "elapsed" });
  const total = element("time", { class: "total" });
  const range = element("input", {
    type: "range",
    min: 0,
    max: 1,
    step: "any",
    value: 0,
    "aria-label": "Position",
  });
  const past = element("div", { class: "past" });
  const tip = element("div", { class: "tip", hidden: true });
  const behind = element("div", { class: "behind" });
  const track = element("div", { class: "track" }, behind, past, range, tip);
  const speed = element("button", { type: "button", class: "speed", title: "Speed (< and >)" });
  play.addEventListener("click", () => player.send({ kind: "toggle" }));
  range.addEventListener("input", () => {
    player.send({ kind: "seek_part", part: Number(range.value) });
  });
  speed.addEventListener("click", () => {
    const { control } = player.store.get();
    const next = speeds.find((one) => one > control.speed) ?? speeds[0];
    player.send({ kind: "speed", speed: next });
  });
  track.addEventListener("pointermove", (event) => {
    const { left, width } = track.getBoundingClientRect();
    const part = Math.max(0, Math.min(1, (event.clientX - left) / width));
    tip.textContent = hintAt(player, part, 8 / width);
    tip.hidden = false;
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.max(half, Math.min(width - half, part * width))}px`;
  });
  track.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });

  let wasMoving: boolean | null = null;
  let drawn: PlayerState | null = null;
  function show(state: PlayerState): void {
    const { control, position, edge } = state;
    const facts = player.facts();
    if (edge !== drawn?.edge || control.skipsIdle !== drawn.control.skipsIdle) {
      drawn = state;
      total.textContent = elapsedText(player.timeline.endMs);
      behind.replaceChildren(...drawOverview(player));
    }
    const moves = isMoving(control, facts);
    if (wasMoving !== moves) {
      wasMoving = moves;
      play.replaceChildren(icon(moves ? icons.pause : icons.play));
      play.setAttribute("aria-label", moves ? "Pause" : "Play");
      play.title = `${moves ? "Pause" : "Play"} (space)`;
    }
    const text = elapsedText(position.ms);
    if (elapsed.textContent !== text) elapsed.textContent = text;
    const isAtEnd = control.place === null && facts.to_seq > 0;
    const part = isAtEnd ? 1 : partOf(position, control, facts);
    range.value = String(part);
    range.setAttribute("aria-valuetext", `${text} of ${total.textContent}`);
    past.style.width = percent(part);
    speed.textContent = `${control.speed}×`;
    speed.setAttribute("aria-label", `Speed ${control.speed}`);
  }

  return { node: element("footer", { class: "bar" }, play, elapsed, track, total, speed), show };
}

const partOfChapter = (player: Player, chapter: Chapter): number =>
  partOf(chapter, player.store.get().control, player.facts());

/** The time at a part of the track, with the chapter within `reach` or else the idle stretch around it. */
function hintAt(player: Player, part: number, reach: number): string {
  const { chapters, control } = player.store.get();
  const facts = player.facts();
  const msAt = (wanted: number) => atPart(wanted, control, facts).ms;
  const near = [...chapters].find(
    (chapter) => Math.abs(partOfChapter(player, chapter) - part) < reach,
  );
  const { idle } = overviewOf(facts, control.skipsIdle, heatSlots);
  const band = idle.find(({ from, to }) => from < part && part < to);
  const pause = band && `idle for ${elapsedText(msAt(band.to) - msAt(band.from))}`;
  return [elapsedText(msAt(part)), near ? `${wordOf(near)}: ${near.title}` : pause]
    .filter(Boolean)
    .join(" · ");
}

const wordOf = ({ kind }: Chapter): string => `${kind[0]?.toUpperCase()}${kind.slice(1)}`;

/** The overview under the track: activity, shortened idle stretches, and chapters. */
function drawOverview(player: Player): HTMLElement[] {
  const { chapters, control } = player.store.get();
  const { counts, idle } = overviewOf(player.facts(), control.skipsIdle, heatSlots);
  const hills = element("div", { class: "heat" });
  const most = Math.max(1, ...counts);
  for (const count of counts) {
    const bar = element("i");
    bar.style.height = count === 0 ? "0" : percent(0.15 + 0.85 * Math.sqrt(count / most));
    hills.append(bar);
  }
  const bands = idle.map(({ from, to }) => {
    const band = element("div", { class: "idle" });
    band.style.left = percent(from);
    band.style.width = percent(to - from);
    return band;
  });
  const marks = [...chapters].map((chapter) => {
    const mark = element("div", { class: "mark", "data-kind": chapter.kind });
    mark.style.left = percent(partOfChapter(player, chapter));
    return mark;
  });
  return [hills, ...bands, element("div", { class: "rail" }), ...marks];
}
