/** The keys that players of recordings share. */
import type { Clock } from "./clock.ts";
import { speeds } from "./controls.ts";
import type { Tape } from "./tape.ts";

export function listen_to_keys(tape: Tape, clock: Clock): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    // A focused button keeps its own space and enter.
    if (target instanceof HTMLButtonElement && (key === " " || key === "Enter")) return;
    const action = /^\d$/.test(key)
      ? () => clock.seek((Number(key) / 10) * tape.duration_ms)
      : actions(tape, clock, event.shiftKey)[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function actions(tape: Tape, clock: Clock, shift: boolean): Record<string, () => void> {
  const toggle = () => (clock.is_running ? clock.pause() : clock.play());
  const jump_ms = shift ? tape.duration_ms / 10 : 5_000;
  const by_event = (step: number) => {
    clock.pause();
    const count = tape.moments_at(clock.now_ms);
    clock.seek(tape.played_at(step > 0 ? count : before(tape, count)));
  };
  const by_mark = (step: number) => {
    const times = tape.marks.map(({ played_ms }) => played_ms);
    const found =
      step > 0
        ? times.find((time) => time > clock.now_ms)
        : times.findLast((time) => time < clock.now_ms - 500);
    clock.seek(found ?? (step > 0 ? tape.duration_ms : 0));
  };
  const by_speed = (step: number) => {
    const at = speeds.indexOf(clock.speed) + step;
    clock.set_speed(speeds[Math.max(0, Math.min(speeds.length - 1, at))] ?? 1);
  };
  return {
    " ": toggle,
    k: toggle,
    ArrowLeft: () => clock.seek(clock.now_ms - jump_ms),
    ArrowRight: () => clock.seek(clock.now_ms + jump_ms),
    Home: () => clock.seek(0),
    End: () => clock.seek(tape.duration_ms),
    "[": () => by_mark(-1),
    "]": () => by_mark(1),
    ",": () => by_event(-1),
    ".": () => by_event(1),
    "<": () => by_speed(-1),
    ">": () => by_speed(1),
  };
}

/** The moment before the ones that share the present one's time. */
function before(tape: Tape, count: number): number {
  const now_ms = tape.played_at(count - 1);
  let at = count - 1;
  while (at > 0 && tape.played_at(at) === now_ms) at--;
  return at;
}
