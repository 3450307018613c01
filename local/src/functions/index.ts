/**
 * Edge Functions: the folders of `supabase/functions`, unchanged, each in its own Deno process. A function sees
 * the path `/<name>/…`. Refusals are those of Supabase's edge runtime.
 */
import path from "node:path";
import type { Service } from "../service.ts";
import { readEnv, readFunctions } from "./project.ts";
import { refuseCaller } from "./verify-jwt.ts";
import { BootError, Worker } from "./worker.ts";

export interface FunctionsOptions {
  /** Has `supabase/functions` and `supabase/config.toml`. */
  projectDir: string;
  /** For Deno's caches. */
  dataDir: string;
  jwtSecret: string;
  /** The platform's variables for every function (SUPABASE_URL and so on), plus the caller's. */
  env: Record<string, string>;
  /** Time limit for the beginning of a function's answer. Default 150,000, as hosted. */
  wallClockMs?: number;
  log?: (line: string) => void;
}

export interface Functions extends Service {
  names: string[];
  /** Starts every function, so that the first caller does not wait. Logs failures; the next call tries again. */
  warmUp(): Promise<void>;
}

export async function createFunctions(options: FunctionsOptions): Promise<Functions> {
  const log = options.log ?? (() => {});
  const env = { ...(await readEnv(options.projectDir)), ...options.env };
  const cacheDir = path.join(options.dataDir, "deno");
  const workers = new Map<string, Worker>();
  for (const config of (await readFunctions(options.projectDir)).values()) {
    workers.set(config.name, new Worker({ config, env, cacheDir, log }));
  }
  const wallClockMs = options.wallClockMs ?? 150_000;
  let closed = false;
  return {
    names: [...workers.keys()],
    async warmUp() {
      for (const worker of workers.values()) {
        await worker.ready().catch((error: Error) => {
          if (!closed) log(error.message);
        });
      }
    },
    async fetch(request) {
      const name = new URL(request.url).pathname.split("/")[1] ?? "";
      const worker = workers.get(name);
      if (!worker) return new Response("Function not found", { status: 404 });
      if (worker.config.verify_jwt && request.method !== "OPTIONS") {
        const refusal = await refuseCaller(request, options.jwtSecret);
        if (refusal) return Response.json({ msg: refusal }, { status: 401 });
      }
      return call(worker, request, wallClockMs, log);
    },
    async close() {
      closed = true;
      await Promise.all([...workers.values()].map((worker) => worker.close()));
    },
  };
}

async function call(
  worker: Worker,
  request: Request,
  wallClockMs: number,
  log: (line: string) => void,
): Promise<Response> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), wallClockMs);
  try {
    const service = await worker.ready();
    const signal = AbortSignal.any([request.signal, limit.signal]);
    return await service.fetch(new Request(request, { signal }));
  } catch (error) {
    if (error instanceof BootError) {
      log(error.message);
      return refuse(503, "BOOT_ERROR", "Worker failed to boot (please check logs)");
    }
    if (limit.signal.aborted) {
      return refuse(
        546,
        "WORKER_LIMIT",
        "Worker failed to respond due to a resource limit (please check logs)",
      );
    }
    if (!request.signal.aborted) {
      log(`[${worker.config.name}] ${String(error)}`);
      await worker.awaitExit();
    }
    return refuse(500, "WORKER_ERROR", "Function exited due to an error (please check logs)");
  } finally {
    clearTimeout(timer);
  }
}

const refuse = (status: number, code: string, message: string): Response =>
  Response.json({ code, message }, { status });
