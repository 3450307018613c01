/** One connection to a database. Every client of this stack is made here. */
import { Client, type ClientConfig } from "pg";

export interface ConnectionOptions extends ClientConfig {
  application_name: string;
  /** Speaks the replication protocol instead of prepared statements. */
  replication?: "database";
}

export interface Connection {
  client: Client;
  /** Resolves when it is over, whoever ended it, with what is known of the reason. */
  ended: Promise<string>;
  is_open(): boolean;
  /** What is running has a second to finish and is then cut off. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;

export async function open_connection(
  db_url: string,
  options: ConnectionOptions,
): Promise<Connection> {
  const client = new Client({
    connectionString: db_url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
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
    // Without a listener the loss of a connection ends the process. Whoever waits for an answer is told by pg.
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
    is_open: () => open,
    async close() {
      const timer = setTimeout(cut, CLOSE_TIMEOUT_MS);
      await client.end();
      clearTimeout(timer);
    },
  };
}
