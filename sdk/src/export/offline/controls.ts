/** The bar below the stage: play, where we are, what happened where, and how fast. */
import { elapsedText } from "../recorded-session.ts";
import type { Clock } from "./clock.ts";
import { element, icon, icons } from "./element.ts";
import type { Tape } from "./tape.ts";

export const speeds = [0.5, 1, 2, 4, 8, 16];
const heatStretches = 160;

export function createControls(tape: Tape, clock: Clock) {
  const play = element("button", { type: "button", class: "play" });
  const elapsed = element("time", { class: "elapsed" });
  const total = element("time", { class: "total" }, elapsedText(tape.realDurationMs));
  const range = element("input", {
    type: "range",
    min: 0,
    max: Math.max(1, tape.durationMs),
    step: 1,
    value: 0,
    "aria-label": "Position",
  });
  const past = element("div", { class: "past" });
  const tip = element("div", { class: "tip", hidden: true });
  const track = element("div", { class: "track" }, ...pictures(tape), past, range, tip);
  const speed = element("button", { type: "button", class: "speed", title: "Speed (< and >)" });
  play.addEventListener("click", () => (clock.isRunning ? clock.pause() : clock.play()));
  range.addEventListener("input", () => clock.seek(Number(range.value)));
  speed.addEventListener("click", () => {
    clock.setSpeed(speeds[(speeds.indexOf(clock.speed) + 1) % speeds.length] ?? 1);
  });
  track.addEventListener("pointermove", (event) => {
    const { left, width } = track.getBoundingClientRect();
    const part = Math.max(0, Math.min(1, (event.clientX - left) / width));
    const atMs = part * tape.durationMs;
    const near = tape.marks.find(
      ({ playedMs }) => Math.abs(playedMs - atMs) < (8 / width) * tape.durationMs,
    );
    const band = tape.bands.find(({ fromMs, toMs }) => fromMs < atMs && atMs < toMs);
    const idle = band ? `idle for ${elapsedText(band.pauseMs)}` : null;
    const words = near?.label ?? idle;
    tip.textContent = [elapsedText(tape.realAt(atMs)), words].filter(Boolean).join(" · ");
    tip.hidden = false;
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.max(half, Math.min(width - half, part * width))}px`;
  });
  track.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });

  let isRunning: boolean | null = null;
  function show(): void {
    if (isRunning !== clock.isRunning) {
      isRunning = clock.isRunning;
      play.replaceChildren(icon(isRunning ? icons.pause : icons.play));
      play.setAttribute("aria-label", isRunning ? "Pause" : "Play");
      play.title = `${isRunning ? "Pause" : "Play"} (space)`;
    }
    const text = elapsedText(tape.realAt(clock.nowMs));
    if (elapsed.textContent !== text) elapsed.textContent = text;
    range.value = String(clock.nowMs);
    range.setAttribute("aria-valuetext", `${text} of ${total.textContent}`);
    past.style.width = `${(100 * clock.nowMs) / Math.max(1, tape.durationMs)}%`;
    speed.textContent = `${clock.speed}×`;
    speed.setAttribute("aria-label", `Speed ${clock.speed}`);
  }

  return { node: element("footer", { class: "bar" }, play, elapsed, track, total, speed), show };
}

/** Under the track: how much happened when, where time was shortened, and the chapters. */
function pictures(tape: Tape): HTMLElement[] {
  const percent = (ms: number) => `${(100 * ms) / Math.max(1, tape.durationMs)}%`;
  const heat = element("div", { class: "heat" });
  const counts = tape.heat(heatStretches);
  const most = Math.max(1, ...counts);
  for (const count of counts) {
    const bar = element("i");
    bar.style.height = count === 0 ? "0" : `${15 + 85 * Math.sqrt(count / most)}%`;
    heat.append(bar);
  }
  const bands = tape.bands.map(({ fromMs, toMs }) => {
    const band = element("div", { class: "idle" });
    band.style.left = percent(fromMs);
    band.style.width = percent(toMs - fromMs);
    return band;
  });
  const marks = tape.marks.map(({ playedMs, label }) => {
    const mark = element("div", { class: "mark", "data-kind": label.split(":")[0]?.toLowerCase() });
    mark.style.left = percent(playedMs);
    return mark;
  });
  return [heat, ...bands, element("div", { class: "rail" }), ...marks];
}
