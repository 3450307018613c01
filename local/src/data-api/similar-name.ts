/** For "Perhaps you meant …": the known name that is most similar to the requested one. */

/** @param least similarity below which nothing is offered, 0..1 */
export function mostSimilar(name: string, known: Iterable<string>, least: number): string | null {
  let best: { name: string; score: number } | null = null;
  for (const candidate of known) {
    const score = similarity(name, candidate);
    if (score >= least && score > (best?.score ?? 0)) best = { name: candidate, score };
  }
  return best?.name ?? null;
}

/** 1 minus the share of letters to change, insert or drop (Levenshtein). */
function similarity(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a.toLowerCase()].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b.toLowerCase()].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return 1 - (row.at(-1) ?? 0) / Math.max(a.length, b.length, 1);
}
