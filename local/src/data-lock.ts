/** Allows one stack per data directory. The lock is a listening socket: the kernel frees it however its holder ends. */
import { createHash } from "node:crypto";
import { mkdir, realpath, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** @returns frees the lock. */
export async function lockData(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const folder = await realpath(dataDir);
  const address = addressOf(folder);
  const server = createServer((socket) => socket.destroy());
  server.unref();
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(address, resolve);
    });
  try {
    await listen();
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    if (!taken) throw error;
    if (address.startsWith("\0") || (await answers(address))) {
      throw new Error(
        `Cannot use ${folder}: a stack runs on it. Stop it or choose another data directory (dataDir).`,
      );
    }
    await rm(address, { force: true });
    await listen();
  }
  return () => new Promise((resolve) => server.close(() => resolve()));
}

// Linux has an abstract namespace, without files; elsewhere a socket file whose holder may be gone.
function addressOf(folder: string): string {
  const name = `kulti-local-${createHash("sha256").update(folder).digest("hex").slice(0, 24)}`;
  return process.platform === "linux" ? `\0${name}` : path.join(tmpdir(), `${name}.sock`);
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
