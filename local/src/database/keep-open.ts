/**
 * Keeps one connection open. After a loss, or when the connection's work has ended, it opens another one. The delays
 * grow until a connection lasts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, type ConnectionOptions, openConnection } from "./connection.ts";

export interface KeepOpenOptions {
  /** For the log. */
  name: string;
  dbUrl: string;
  connection: ConnectionOptions;
  /**
   * Prepares each new connection before it counts as open. `over` settles with the reason when its work has ended,
   * even if the connection is still open.
   */
  begin(connection: Connection): Promise<{ over?: Promise<string> }>;
  /** Called with false after a loss and with true when the connection is back. */
  onChange?(isOpen: boolean): void;
  log(line: string): void;
}

export interface KeptOpen {
  isOpen(): boolean;
  close(): Promise<void>;
}

const firstDelayMs = 100;
const maxDelayMs = 5_000;
// After a shorter connection, the delays keep growing.
const lastingMs = 10_000;

/** Rejects if the first connection can't be opened; logs and retries later failures. */
export async function keepOpen(options: KeepOpenOptions): Promise<KeptOpen> {
  const { name, dbUrl, begin, onChange = () => {}, log } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let begun = false;
  let delayMs = firstDelayMs;
  let connection: Connection;
  let over: Promise<string>;

  async function open(): Promise<void> {
    connection = await openConnection(dbUrl, options.connection);
    try {
      signal.throwIfAborted();
      const work = await begin(connection);
      over = Promise.race([connection.ended, ...(work.over ? [work.over] : [])]);
      begun = true;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async function reopen(): Promise<void> {
    for (;;) {
      try {
        await sleep(delayMs * (0.5 + Math.random()), null, { signal });
        delayMs = Math.min(delayMs * 2, maxDelayMs);
        return await open();
      } catch (error) {
        if (signal.aborted) return;
        log(`${name} connection could not be established: ${(error as Error).message}`);
      }
    }
  }

  async function keep(): Promise<void> {
    for (;;) {
      const openedAt = performance.now();
      const reason = await over;
      begun = false;
      if (signal.aborted) return;
      if (performance.now() - openedAt > lastingMs) delayMs = firstDelayMs;
      log(`${name} connection lost, reconnecting: ${reason}`);
      onChange(false);
      await connection.close();
      await reopen();
      if (signal.aborted) return;
      log(`${name} connection is back`);
      onChange(true);
    }
  }

  await open();
  const keeping = keep();
  return {
    isOpen: () => begun && connection.isOpen(),
    async close() {
      closing.abort();
      await connection.close();
      await keeping;
    },
  };
}
