/** The characters that numbers gain in Postgres: it writes 1e300 in 301 digits, and viewers receive them. */
export function digitsAdded(value: unknown): number {
  if (typeof value === "number") return Math.abs(Number(/e(.*)/.exec(String(value))?.[1] ?? 0));
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + digitsAdded(item), 0);
}
