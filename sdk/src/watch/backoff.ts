/** Pause before attempt `failures` + 1: exponential from half a second to 15 seconds, with full jitter on its upper half. */
export function backoff_ms(failures: number): number {
  const ceiling_ms = Math.min(15_000, 500 * 2 ** Math.max(0, failures - 1));
  return ceiling_ms / 2 + (Math.random() * ceiling_ms) / 2;
}
