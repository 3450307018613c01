/** The common start and end of two versions of a file. Facts about these lines hold in both versions. */
export interface Alignment {
  /** Equal lines at the start. */
  head: number;
  /** Equal lines at the end. */
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

/** Moves facts about the lines of `before` to the same lines in `after`. Other lines get undefined. */
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
