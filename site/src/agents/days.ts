/** Days as the counts know them: in UTC, `2026-11-22`. */
const day_ms = 86_400_000;

export const day_of = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** From `first` to the day of `now`, at least `least` of them. */
export function days_between(first: string | undefined, now: number, least: number): string[] {
  const last = Date.parse(day_of(now));
  const from = Math.min(first ? Date.parse(first) : last, last - (least - 1) * day_ms);
  const days: string[] = [];
  for (let at = from; at <= last; at += day_ms) days.push(day_of(at));
  return days;
}

/** `22 Nov`, of a day or a moment. */
export const day_label = (at: string): string =>
  new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short", ...zone_of(at) });

/** `Sunday 22 November 2026`. */
export const day_title = (at: string): string =>
  new Date(at).toLocaleDateString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    ...zone_of(at),
  });

/** A day is one of UTC; a moment is shown in the viewer's time. */
const zone_of = (at: string) => (at.length === 10 ? { timeZone: "UTC" } : {});
