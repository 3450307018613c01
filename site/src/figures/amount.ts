/** Formats amounts. */
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

/** `8,412`. */
export const countText = (count: number): string => whole.format(count);

/** `8,412`, `1.2M`: short enough to fit beside other numbers. */
export const shortText = (count: number): string =>
  count < 100_000 ? countText(count) : short.format(count);

/** `US$ 12.40`. Below 0.1, it has two significant digits: `US$ 0.0042`. */
export function costText(usd: number): string {
  const digits = usd > 0 && usd < 0.1 ? Math.min(6, 1 - Math.floor(Math.log10(usd))) : 2;
  const amount = new Intl.NumberFormat(undefined, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `US$ ${amount.format(usd)}`;
}

/** `9 %`; 0 % if the whole is 0. */
export function shareText(part: number, all: number): string {
  if (part <= 0 || all <= 0) return "0 %";
  const percent = (part / all) * 100;
  return percent < 1 ? "< 1 %" : `${Math.round(percent)} %`;
}

/** `1 session`, `2 sessions`. */
export const many = (count: number, one: string, more = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : more}`;
