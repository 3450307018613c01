const iso_pattern =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-](\d\d):(\d\d))$/;

/**
 * ISO 8601 with seconds and offset, a real date, from 1970 to 9999 in UTC, but for the last millisecond: Postgres, which
 * keeps microseconds, rounds it up.
 */
export function is_timestamp(text: string): boolean {
  const match = iso_pattern.exec(text);
  if (!match) return false;
  const [year = 0, month = 0, day = 0, hour, minute, second, off_hour = 0, off_minute = 0] = match
    .slice(1)
    .map((part) => (part === undefined ? 0 : Number(part)));
  const real_day = month >= 1 && month <= 12 && day >= 1 && day <= days_in(year, month);
  const real_time = (hour ?? 24) < 24 && (minute ?? 60) < 60 && (second ?? 60) < 60;
  if (!real_day || !real_time || off_hour > 14 || off_minute > 59) return false;
  const ms = Date.parse(text);
  return ms >= 0 && new Date(ms + 1).getUTCFullYear() <= 9999;
}

const days_in = (year: number, month: number): number =>
  new Date(Date.UTC(year, month, 0)).getUTCDate();
