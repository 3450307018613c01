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
  isOpen(): boolean;
  /** What is running has a second to finish and is then cut off. */
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
    isOpen: () => open,
    async close() {
      const timer = setTimeout(cut, closeTimeoutMs);
      await client.end();
      clearTimeout(timer);
    },
  };
}
