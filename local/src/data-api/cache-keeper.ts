/** Keeps the schema cache current: reads it at start, on `notify pgrst`, and when a name is unknown. */
import type { Notification } from "pg";
import { keepOpen } from "../database/keep-open.ts";
import type { Lanes } from "../database/lanes.ts";
import { loadSchemaCache, type SchemaCache } from "./schema-cache.ts";

export interface CacheKeeper {
  current(): SchemaCache;
  /** Settles after a reload that began after this call. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

const channel = "pgrst";
const messages = new Set(["", "reload schema", "reload config"]);

export async function keepSchemaCache(
  dbUrl: string,
  lanes: Lanes,
  schemas: readonly string[],
  log: (line: string) => void,
): Promise<CacheKeeper> {
  let cache = await loadSchemaCache(lanes, schemas);
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  async function read(): Promise<void> {
    next = null;
    cache = await loadSchemaCache(lanes, schemas);
    lanes.forgetStatements();
  }

  // Calls share a reload that has not begun yet.
  function reload(): Promise<void> {
    next ??= running = running.then(read, read);
    return next;
  }

  function onNotification({ payload = "" }: Notification): void {
    if (!messages.has(payload)) return;
    reload().catch((error) => log(`Cannot reload the schema cache: ${error.message}`));
  }

  const listening = await keepOpen({
    name: "Schema cache",
    dbUrl,
    connection: { application_name: "data-api schema cache" },
    async begin({ client }) {
      client.on("notification", onNotification);
      await client.query(`listen ${channel}`);
      // Catches up on missed notifications.
      await reload();
      return {};
    },
    log,
  });
  return { current: () => cache, reload, close: listening.close };
}
