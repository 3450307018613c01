/** One function's process. It starts on the first call, and again after it has ended. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { HeldProcess } from "../held-process.ts";
import { freePort, host } from "../ports.ts";
import { proxyTo } from "../proxy.ts";
import type { Service } from "../service.ts";
import { runFunction } from "./deno.ts";
import type { FunctionConfig } from "./project.ts";

const bootLimitMs = 15_000;

export class BootError extends Error {}

interface Running {
  process: HeldProcess;
  service: Service;
}

export interface WorkerOptions {
  config: FunctionConfig;
  env: Record<string, string>;
  cacheDir: string;
  log: (line: string) => void;
}

export class Worker {
  readonly config: FunctionConfig;
  readonly #options: WorkerOptions;
  #running: Promise<Running> | undefined;
  #closed = false;

  constructor(options: WorkerOptions) {
    this.config = options.config;
    this.#options = options;
  }

  /** Throws BootError when the function does not start; the next call tries again. */
  async ready(): Promise<Service> {
    if (this.#closed) throw new BootError("The stack is stopping.");
    this.#running ??= this.#boot();
    return (await this.#running).service;
  }

  /**
   * After a failed call: gives a dying process time to end, so that the next call boots a new one. Its port still
   * accepts for some milliseconds after its connections have broken.
   */
  async awaitExit(): Promise<void> {
    const running = await this.#running;
    await Promise.race([running?.process.exited, sleep(100)]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = await this.#running?.catch(() => undefined);
    await running?.service.close();
    await running?.process.stop();
  }

  async #boot(): Promise<Running> {
    const { config, env, cacheDir, log } = this.#options;
    try {
      const port = await freePort();
      const process = await runFunction({
        entrypoint: config.entrypoint,
        port,
        env,
        cacheDir,
        onLine: (line) => log(`[${config.name}] ${line}`),
      });
      // The next request restarts it.
      void process.exited.then(() => {
        this.#running = undefined;
      });
      if (!(await listens(process, port))) {
        await process.stop();
        throw new BootError(`Cannot start function ${config.name}: it never called Deno.serve.`);
      }
      return { process, service: proxyTo(`http://${host}:${port}`) };
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
  }
}

/** False when the process ends first or takes too long. */
async function listens(process: HeldProcess, port: number): Promise<boolean> {
  let ended = false;
  void process.exited.then(() => {
    ended = true;
  });
  const until = Date.now() + bootLimitMs;
  while (!ended && Date.now() < until) {
    if (await accepts(port)) return true;
    await sleep(20);
  }
  return false;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
