/** Time that runs, in milliseconds of the recording. */
export function create_clock(duration_ms: number, tick: (now_ms: number) => void) {
  let now_ms = 0;
  let speed = 1;
  let frame = 0;
  let before = 0;

  function step(at: number): void {
    // A tab that was hidden goes on where it was.
    const passed = Math.min(at - before, 250);
    before = at;
    now_ms = Math.min(duration_ms, now_ms + passed * speed);
    if (now_ms >= duration_ms) frame = 0;
    else frame = requestAnimationFrame(step);
    tick(now_ms);
  }

  return {
    get now_ms() {
      return now_ms;
    },
    get speed() {
      return speed;
    },
    get is_running() {
      return frame !== 0;
    },
    play(): void {
      if (frame !== 0) return;
      if (now_ms >= duration_ms) now_ms = 0;
      before = performance.now();
      frame = requestAnimationFrame(step);
      tick(now_ms);
    },
    pause(): void {
      cancelAnimationFrame(frame);
      frame = 0;
      tick(now_ms);
    },
    seek(to_ms: number): void {
      now_ms = Math.max(0, Math.min(duration_ms, to_ms));
      tick(now_ms);
    },
    set_speed(to: number): void {
      speed = to;
      tick(now_ms);
    },
  };
}

export type Clock = ReturnType<typeof create_clock>;
