/** Limits the lines of each kind, because any client can cause a flood that hides the others. */
const linesPerSecond = 5;

/** The kind is the text before the first colon. */
export function throttled(log: (line: string) => void): (line: string) => void {
  let second = 0;
  let counts = new Map<string, number>();
  return (line) => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) {
      for (const [kind, count] of counts) {
        const leftOut = count - linesPerSecond;
        if (leftOut > 0) log(`${kind}: ${leftOut} more lines omitted`);
      }
      second = now;
      counts = new Map();
    }
    const kind = line.split(":", 1)[0] ?? line;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count <= linesPerSecond) log(line);
  };
}
