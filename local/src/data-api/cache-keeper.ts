/** Keeps the schema cache as new as it must be: read at start, on `notify pgrst`, and when a name is unknown. */
import postgres from "postgres";
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
  schemas: readonly string[],
  log: (line: string) => void,
): Promise<CacheKeeper> {
  const connection = postgres(db_url, {
    max: 1,
    idle_timeout: 30,
    fetch_types: false,
    connection: { application_name: "data-api schema cache" },
    onnotice: () => {},
  });
  let cache = await load_schema_cache(connection, schemas).catch(async (error) => {
    await connection.end({ timeout: 1 });
    throw error;
  });
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  async function read(): Promise<void> {
    next = null;
    const load = () => load_schema_cache(connection, schemas);
    cache = await load().catch((error) => {
      // A connection that went while it was idle is noticed only now; the second try opens another.
      if (error instanceof postgres.PostgresError) throw error;
      return load();
    });
  }

  // Calls that come while one reading waits for its turn share it.
  function reload(): Promise<void> {
    next ??= running = running.then(read, read);
    return next;
  }

  function reload_and_log(): void {
    reload().catch((error) => log(`Cannot reload the schema cache: ${error.message}`));
  }

  // The second function runs at each connection, the first one too: what was notified in between is made up for.
  await connection.listen(
    CHANNEL,
    (message) => MESSAGES.has(message) && reload_and_log(),
    reload_and_log,
  );
  return {
    current: () => cache,
    reload,
    close: () => connection.end({ timeout: 1 }),
  };
}
