/**
 * Runs `stop` once on Ctrl-C, SIGTERM or a closed terminal and then ends the process, by convention with 128 + signal.
 * A second Ctrl-C does not wait; the pipes of the remaining children then stop them.
 */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(128 + number);
      stopping = true;
      void stop().finally(() => process.exit(128 + number));
    });
  }
}
