import { createServer } from "node:net";

export const host = "127.0.0.1";

/**
 * Throws a readable message when a port is taken, before anything that needs it starts.
 * @param what the service that needs the port, @param option the setting that chooses another one
 */
export async function checkPort(port: number, what: string, option: string): Promise<void> {
  await listenOnce(port).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === "EADDRINUSE" ? "is in use by another process" : `is refused (${error.code})`;
    throw new Error(
      `Cannot start ${what}: port ${port} on ${host} ${why}. Stop that process or choose another port (${option}). If only an old connection holds the port, it soon becomes free.`,
    );
  });
}

export const freePort = (): Promise<number> => listenOnce(0);

function listenOnce(port: number): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(port, host, () => {
      const address = probe.address();
      const got = typeof address === "object" && address ? address.port : port;
      probe.close(() => resolve(got));
    });
  });
}
