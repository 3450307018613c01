/** Keeps a connection that works alone: when it was lost, another one is opened, after delays that grow. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, type ConnectionOptions, open_connection } from "./connection.ts";

export interface KeepOpenOptions {
  /** For the log. */
  name: string;
  db_url: string;
  connection: ConnectionOptions;
  /** What each new connection has to do before it counts as open. */
  begin(connection: Connection): Promise<void>;
  log(line: string): void;
}

export interface KeptOpen {
  is_open(): boolean;
  close(): Promise<void>;
}

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

/** Rejects when the first connection can't be opened; what fails later is logged and tried again. */
export async function keep_open(options: KeepOpenOptions): Promise<KeptOpen> {
  const { name, db_url, begin, log } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let begun = false;
  let connection: Connection;

  async function open(): Promise<void> {
    connection = await open_connection(db_url, options.connection);
    try {
      signal.throwIfAborted();
      await begin(connection);
      begun = true;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async function reopen(): Promise<void> {
    for (let delay_ms = FIRST_DELAY_MS; ; delay_ms = Math.min(delay_ms * 2, MAX_DELAY_MS)) {
      try {
        await sleep(delay_ms * (0.5 + Math.random()), null, { signal });
        return await open();
      } catch (error) {
        if (signal.aborted) return;
        log(`${name} connection could not be established: ${(error as Error).message}`);
      }
    }
  }

  async function keep(): Promise<void> {
    for (;;) {
      await connection.ended;
      begun = false;
      if (signal.aborted) return;
      log(`${name} connection lost, reconnecting`);
      await reopen();
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
