const isoPattern =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-](\d\d):(\d\d))$/;

/**
 * ISO 8601 with seconds and offset, a real date, from 1970 to 9999 in UTC. Not the last millisecond, which Postgres
 * would round up, because it keeps microseconds.
 */
export function isTimestamp(text: string): boolean {
  const match = isoPattern.exec(text);
  if (!match) return false;
  const [year = 0, month = 0, day = 0, hour, minute, second, offHour = 0, offMinute = 0] = match
    .slice(1)
    .map((part) => (part === undefined ? 0 : Number(part)));
  const realDay = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  const realTime = (hour ?? 24) < 24 && (minute ?? 60) < 60 && (second ?? 60) < 60;
  if (!realDay || !realTime || offHour > 14 || offMinute > 59) return false;
  const ms = Date.parse(text);
  return ms >= 0 && new Date(ms + 1).getUTCFullYear() <= 9999;
}

const daysIn = (year: number, month: number): number =>
  new Date(Date.UTC(year, month, 0)).getUTCDate();
