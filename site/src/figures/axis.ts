/** The marks of an axis and their labels. */
import { durationText } from "../text/time.ts";
import type { Scale } from "./figure.ts";

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const money = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });

const decades = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => 10 ** (from + index)).flatMap((ten) => [
    ten,
    2 * ten,
    5 * ten,
  ]);

const steps: Record<Scale, number[]> = {
  count: decades(0, 15),
  time: [
    ...[1, 2, 5, 10, 30].map((seconds) => seconds * second),
    ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
    ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000].map((hours) => hours * hour),
  ],
  money: decades(-6, 9),
};

export const axisSteps = (scale: Scale): number[] => steps[scale];

export function axisText(scale: Scale, value: number): string {
  const size = Math.abs(value);
  if (scale === "time") return size === 0 ? "0" : durationText(size);
  return scale === "money" ? money.format(size) : short.format(size);
}
