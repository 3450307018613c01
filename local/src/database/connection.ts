/** One connection to a database. Every client of this stack is made here. */
import { Client, type ClientConfig } from "pg";

export interface ConnectionOptions extends ClientConfig {
  application_name: string;
  /** Speaks the replication protocol instead of prepared statements. */
  replication?: "database";
}

export interface Connection {
  client: Client;
  /** Resolves when either side has ended it, with the known reason. */
  ended: Promise<string>;
  isOpen(): boolean;
  /** Cuts off running queries after a second. */
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
const closeTimeoutMs = 1_000;

export async function openConnection(
  dbUrl: string,
  options: ConnectionOptions,
): Promise<Connection> {
  const client = new Client({
    connectionString: dbUrl,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    ...options,
  });
  const cut = () => client.connection.stream.destroy();
  let open = true;
  const ended = new Promise<string>((resolve) => {
    const end = (reason: string) => {
      open = false;
      resolve(reason);
    };
    client.once("end", () => end("the server closed it"));
    // Without a listener the loss of a connection ends the process. pg rejects the pending queries.
    client.on("error", (error) => {
      end(error.message);
      cut();
    });
  });
  await client.connect().catch((error) => {
    cut();
    throw error;
  });
  return {
    client,
    ended,
    isOpen: () => open,
    async close() {
      const timer = setTimeout(cut, closeTimeoutMs);
      await client.end();
      clearTimeout(timer);
    },
  };
}
