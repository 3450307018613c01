/**
 * Keeps a connection that works alone: when it was lost, or its work has ended, another one is opened, after delays
 * that grow until one has lasted.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, type ConnectionOptions, open_connection } from "./connection.ts";

export interface KeepOpenOptions {
  /** For the log. */
  name: string;
  db_url: string;
  connection: ConnectionOptions;
  /**
   * What each new connection has to do before it counts as open. `over` settles when its work has ended though the
   * connection may stand, with the reason.
   */
  begin(connection: Connection): Promise<{ over?: Promise<string> }>;
  /** Called with false when it was lost and with true when it is there again. */
  on_change?(is_open: boolean): void;
  log(line: string): void;
}

export interface KeptOpen {
  is_open(): boolean;
  close(): Promise<void>;
}

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;
// One that lasted less has healed nothing: the next delay goes on growing.
const LASTING_MS = 10_000;

/** Rejects when the first connection can't be opened; what fails later is logged and tried again. */
export async function keep_open(options: KeepOpenOptions): Promise<KeptOpen> {
  const { name, db_url, begin, on_change = () => {}, log } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let begun = false;
  let delay_ms = FIRST_DELAY_MS;
  let connection: Connection;
  let over: Promise<string>;

  async function open(): Promise<void> {
    connection = await open_connection(db_url, options.connection);
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
        await sleep(delay_ms * (0.5 + Math.random()), null, { signal });
        delay_ms = Math.min(delay_ms * 2, MAX_DELAY_MS);
        return await open();
      } catch (error) {
        if (signal.aborted) return;
        log(`${name} connection could not be established: ${(error as Error).message}`);
      }
    }
  }

  async function keep(): Promise<void> {
    for (;;) {
      const opened_at = performance.now();
      const reason = await over;
      begun = false;
      if (signal.aborted) return;
      if (performance.now() - opened_at > LASTING_MS) delay_ms = FIRST_DELAY_MS;
      log(`${name} connection lost, reconnecting: ${reason}`);
      on_change(false);
      await connection.close();
      await reopen();
      if (signal.aborted) return;
      log(`${name} connection is there again`);
      on_change(true);
    }
  }

  await open();
  const keeping = keep();
  return {
    is_open: () => begun && connection.is_open(),
    async close() {
      closing.abort();
      await connection.close();
      await keeping;
    },
  };
}
