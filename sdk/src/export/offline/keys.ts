/** The keys that players of recordings share. */
import type { Clock } from "./clock.ts";
import { speeds } from "./controls.ts";
import type { Tape } from "./tape.ts";

export function listenToKeys(tape: Tape, clock: Clock): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    // A focused button keeps its own space and enter.
    if (target instanceof HTMLButtonElement && (key === " " || key === "Enter")) return;
    const action = /^\d$/.test(key)
      ? () => clock.seek((Number(key) / 10) * tape.durationMs)
      : actions(tape, clock, event.shiftKey)[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function actions(tape: Tape, clock: Clock, shift: boolean): Record<string, () => void> {
  const toggle = () => (clock.isRunning ? clock.pause() : clock.play());
  const jumpMs = shift ? tape.durationMs / 10 : 5_000;
  const byEvent = (step: number) => {
    clock.pause();
    const count = tape.momentsAt(clock.nowMs);
    clock.seek(tape.playedAt(step > 0 ? count : before(tape, count)));
  };
  const byMark = (step: number) => {
    const times = tape.marks.map(({ playedMs }) => playedMs);
    const found =
      step > 0
        ? times.find((time) => time > clock.nowMs)
        : times.findLast((time) => time < clock.nowMs - 500);
    clock.seek(found ?? (step > 0 ? tape.durationMs : 0));
  };
  const bySpeed = (step: number) => {
    const at = speeds.indexOf(clock.speed) + step;
    clock.setSpeed(speeds[Math.max(0, Math.min(speeds.length - 1, at))] ?? 1);
  };
  return {
    " ": toggle,
    k: toggle,
    ArrowLeft: () => clock.seek(clock.nowMs - jumpMs),
    ArrowRight: () => clock.seek(clock.nowMs + jumpMs),
    Home: () => clock.seek(0),
    End: () => clock.seek(tape.durationMs),
    "[": () => byMark(-1),
    "]": () => byMark(1),
    ",": () => byEvent(-1),
    ".": () => byEvent(1),
    "<": () => bySpeed(-1),
    ">": () => bySpeed(1),
  };
}

/** The moment before the ones that share the present one's time. */
function before(tape: Tape, count: number): number {
  const nowMs = tape.playedAt(count - 1);
  let at = count - 1;
  while (at > 0 && tape.playedAt(at) === nowMs) at--;
  return at;
}
