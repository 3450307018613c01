/** Keeps a flood of one kind of line, which any client can cause, from drowning the rest. */
const LINES_PER_SECOND = 5;

/** The kind is what stands before the first colon. */
export function throttled(log: (line: string) => void): (line: string) => void {
  let second = 0;
  let counts = new Map<string, number>();
  return (line) => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) {
      for (const [kind, count] of counts) {
        const left_out = count - LINES_PER_SECOND;
        if (left_out > 0) log(`${kind}: ${left_out} more lines left out`);
      }
      second = now;
      counts = new Map();
    }
    const kind = line.split(":", 1)[0] ?? line;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count <= LINES_PER_SECOND) log(line);
  };
}
