/** Formats times: elapsed in the player, relative in lists, clock time on hover. */
export { elapsedText } from "kulti/player";

/** `8 s`, `12 min`, `1 h 12 min`, `3 days`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.round(hours / 24)} days`;
}

/** `just now`, `3 min ago`. */
export function agoText(ms: number): string {
  return ms < 10_000 ? "just now" : `${durationText(ms)} ago`;
}

export function clockText(at: string): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

/** Created once, because creating one takes a hundred times as long as using it, and a seek shows a hundred rows. */
const dateAndClock = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "medium",
});

export function dateAndClockText(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "" : dateAndClock.format(date);
}

/** `Today`, `Yesterday`, `Friday 20 November`. */
export function dayText(at: string, now: Date = new Date()): string {
  const date = new Date(at);
  const days = Math.round((startOfDay(now) - startOfDay(date)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return date.toLocaleDateString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...year,
  });
}

const startOfDay = (date: Date): number =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
