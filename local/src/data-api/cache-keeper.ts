/** Keeps the schema cache as new as it must be: read at start, on `notify pgrst`, and when a name is unknown. */
import type { Notification } from "pg";
import { keep_open } from "../database/keep-open.ts";
import type { Lanes } from "../database/lanes.ts";
import { load_schema_cache, type SchemaCache } from "./schema-cache.ts";

export interface CacheKeeper {
  current(): SchemaCache;
  /** Settles when a reading that began after this call has ended. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

const CHANNEL = "pgrst";
const MESSAGES = new Set(["", "reload schema", "reload config"]);

export async function keep_schema_cache(
  db_url: string,
  lanes: Lanes,
  schemas: readonly string[],
  log: (line: string) => void,
): Promise<CacheKeeper> {
  let cache = await load_schema_cache(lanes, schemas);
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  async function read(): Promise<void> {
    next = null;
    cache = await load_schema_cache(lanes, schemas);
    lanes.forget_statements();
  }

  // Calls that come while one reading waits for its turn share it.
  function reload(): Promise<void> {
    next ??= running = running.then(read, read);
    return next;
  }

  function on_notification({ payload = "" }: Notification): void {
    if (!MESSAGES.has(payload)) return;
    reload().catch((error) => log(`Cannot reload the schema cache: ${error.message}`));
  }

  const listening = await keep_open({
    name: "Schema cache",
    db_url,
    connection: { application_name: "data-api schema cache" },
    async begin({ client }) {
      client.on("notification", on_notification);
      await client.query(`listen ${CHANNEL}`);
      // Makes up for what was notified while nobody listened.
      await reload();
      return {};
    },
    log,
  });
  return { current: () => cache, reload, close: listening.close };
}
