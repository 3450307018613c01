/** Pause before attempt `failures` + 1: exponential from half a second to 15 seconds, with full jitter on its upper half. */
export function backoffMs(failures: number): number {
  const ceilingMs = Math.min(15_000, 500 * 2 ** Math.max(0, failures - 1));
  return ceilingMs / 2 + (Math.random() * ceilingMs) / 2;
}
