/** The common beginning and end of two versions of a file: what was known of those lines stays known. */
export interface Alignment {
  /** Lines alike at the beginning. */
  head: number;
  /** Lines alike at the end. */
  tail: number;
}

export function align(before: readonly string[], after: readonly string[]): Alignment {
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { head, tail };
}

/** Facts about the lines of `before`, moved to where those lines are in `after`; undefined for the others. */
export function realign<T>(
  facts: readonly (T | undefined)[],
  before: readonly string[],
  after: readonly string[],
): (T | undefined)[] {
  if (before === after) return [...facts];
  const { head, tail } = align(before, after);
  return after.map((_, index) => {
    if (index < head) return facts[index];
    const fromEnd = after.length - index;
    return fromEnd <= tail ? facts[before.length - fromEnd] : undefined;
  });
}
