/** Time that runs, in milliseconds of the recording. */
export function createClock(durationMs: number, tick: (nowMs: number) => void) {
  let nowMs = 0;
  let speed = 1;
  let frame = 0;
  let before = 0;

  function step(at: number): void {
    // A tab that was hidden goes on where it was.
    const passed = Math.min(at - before, 250);
    before = at;
    nowMs = Math.min(durationMs, nowMs + passed * speed);
    if (nowMs >= durationMs) frame = 0;
    else frame = requestAnimationFrame(step);
    tick(nowMs);
  }

  return {
    get nowMs() {
      return nowMs;
    },
    get speed() {
      return speed;
    },
    get isRunning() {
      return frame !== 0;
    },
    play(): void {
      if (frame !== 0) return;
      if (nowMs >= durationMs) nowMs = 0;
      before = performance.now();
      frame = requestAnimationFrame(step);
      tick(nowMs);
    },
    pause(): void {
      cancelAnimationFrame(frame);
      frame = 0;
      tick(nowMs);
    },
    seek(toMs: number): void {
      nowMs = Math.max(0, Math.min(durationMs, toMs));
      tick(nowMs);
    },
    setSpeed(to: number): void {
      speed = to;
      tick(nowMs);
    },
  };
}

export type Clock = ReturnType<typeof createClock>;
