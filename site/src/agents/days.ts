/** Days as the server counts them: in UTC, such as `2026-11-22`. */
const dayMs = 86_400_000;

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** From `first` to the day of `now`, at least `least` of them. */
export function daysBetween(first: string | undefined, now: number, least: number): string[] {
  const last = Date.parse(dayOf(now));
  const from = Math.min(first ? Date.parse(first) : last, last - (least - 1) * dayMs);
  const days: string[] = [];
  for (let at = from; at <= last; at += dayMs) days.push(dayOf(at));
  return days;
}

/** `22 Nov`, of a day or a moment. */
export const dayLabel = (at: string): string =>
  new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short", ...zoneOf(at) });

/** `Sunday 22 November 2026`. */
export const dayTitle = (at: string): string =>
  new Date(at).toLocaleDateString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    ...zoneOf(at),
  });

/** A day is in UTC; a moment is in the viewer's time zone. */
const zoneOf = (at: string) => (at.length === 10 ? { timeZone: "UTC" } : {});
