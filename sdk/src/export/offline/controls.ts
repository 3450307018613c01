/** The bar below the stage: play, where we are, what happened where, and how fast. */
import { elapsed_text } from "../session.ts";
import type { Clock } from "./clock.ts";
import { element, icon, icons } from "./element.ts";
import type { Tape } from "./tape.ts";

export const speeds = [0.5, 1, 2, 4, 8, 16];
const heat_stretches = 160;

export function create_controls(tape: Tape, clock: Clock) {
  const play = element("button", { type: "button", class: "play" });
  const elapsed = element("time", { class: "elapsed" });
  const total = element("time", { class: "total" }, elapsed_text(tape.real_duration_ms));
  const range = element("input", {
    type: "range",
    min: 0,
    max: Math.max(1, tape.duration_ms),
    step: 1,
    value: 0,
    "aria-label": "Position",
  });
  const past = element("div", { class: "past" });
  const tip = element("div", { class: "tip", hidden: true });
  const track = element("div", { class: "track" }, ...pictures(tape), past, range, tip);
  const speed = element("button", { type: "button", class: "speed", title: "Speed (< and >)" });
  play.addEventListener("click", () => (clock.is_running ? clock.pause() : clock.play()));
  range.addEventListener("input", () => clock.seek(Number(range.value)));
  speed.addEventListener("click", () => {
    clock.set_speed(speeds[(speeds.indexOf(clock.speed) + 1) % speeds.length] ?? 1);
  });
  track.addEventListener("pointermove", (event) => {
    const { left, width } = track.getBoundingClientRect();
    const part = Math.max(0, Math.min(1, (event.clientX - left) / width));
    const at_ms = part * tape.duration_ms;
    const near = tape.marks.find(
      ({ played_ms }) => Math.abs(played_ms - at_ms) < (8 / width) * tape.duration_ms,
    );
    const band = tape.bands.find(({ from_ms, to_ms }) => from_ms < at_ms && at_ms < to_ms);
    const idle = band ? `idle for ${elapsed_text(band.pause_ms)}` : null;
    const words = near?.label ?? idle;
    tip.textContent = [elapsed_text(tape.real_at(at_ms)), words].filter(Boolean).join(" · ");
    tip.hidden = false;
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.max(half, Math.min(width - half, part * width))}px`;
  });
  track.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });

  let is_running: boolean | null = null;
  function show(): void {
    if (is_running !== clock.is_running) {
      is_running = clock.is_running;
      play.replaceChildren(icon(is_running ? icons.pause : icons.play));
      play.setAttribute("aria-label", is_running ? "Pause" : "Play");
      play.title = `${is_running ? "Pause" : "Play"} (space)`;
    }
    const text = elapsed_text(tape.real_at(clock.now_ms));
    if (elapsed.textContent !== text) elapsed.textContent = text;
    range.value = String(clock.now_ms);
    range.setAttribute("aria-valuetext", `${text} of ${total.textContent}`);
    past.style.width = `${(100 * clock.now_ms) / Math.max(1, tape.duration_ms)}%`;
    speed.textContent = `${clock.speed}×`;
    speed.setAttribute("aria-label", `Speed ${clock.speed}`);
  }

  return { node: element("footer", { class: "bar" }, play, elapsed, track, total, speed), show };
}

/** Under the track: how much happened when, where time was shortened, and the chapters. */
function pictures(tape: Tape): HTMLElement[] {
  const percent = (ms: number) => `${(100 * ms) / Math.max(1, tape.duration_ms)}%`;
  const heat = element("div", { class: "heat" });
  const counts = tape.heat(heat_stretches);
  const most = Math.max(1, ...counts);
  for (const count of counts) {
    const bar = element("i");
    bar.style.height = count === 0 ? "0" : `${15 + 85 * Math.sqrt(count / most)}%`;
    heat.append(bar);
  }
  const bands = tape.bands.map(({ from_ms, to_ms }) => {
    const band = element("div", { class: "idle" });
    band.style.left = percent(from_ms);
    band.style.width = percent(to_ms - from_ms);
    return band;
  });
  const marks = tape.marks.map(({ played_ms, label }) => {
    const mark = element("div", { class: "mark", "data-kind": label.split(":")[0]?.toLowerCase() });
    mark.style.left = percent(played_ms);
    return mark;
  });
  return [heat, ...bands, element("div", { class: "rail" }), ...marks];
}
