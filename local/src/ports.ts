import { createServer } from "node:net";

export const HOST = "127.0.0.1";

/**
 * Fails in plain words when a port can't be had, before anything is started for it.
 * @param what who wants it, @param option which setting chooses another
 */
export async function check_port(port: number, what: string, option: string): Promise<void> {
  await listen_once(port).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === "EADDRINUSE" ? "is in use by another process" : `can't be had (${error.code})`;
    throw new Error(
      `Cannot start ${what}: port ${port} on ${HOST} ${why}. Stop that process or choose another port (${option}).`,
    );
  });
}

export const free_port = (): Promise<number> => listen_once(0);

function listen_once(port: number): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(port, HOST, () => {
      const address = probe.address();
      const got = typeof address === "object" && address ? address.port : port;
      probe.close(() => resolve(got));
    });
  });
}
