/** Percentile by nearest rank; `values` need not be sorted. */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number;
}

export interface Summary {
  /** Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
}

export const summarize = (values: readonly number[]): Summary => ({
  p50: percentile(values, 50),
  p95: percentile(values, 95),
  p99: percentile(values, 99),
});
