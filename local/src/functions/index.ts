/**
 * Edge Functions: the folders of `supabase/functions`, unchanged, each in a Deno process of its own. A function sees
 * the path `/<name>/…`. Refusals are those of Supabase's edge runtime.
 */
import path from "node:path";
import type { Service } from "../service.ts";
import { read_env, read_functions } from "./project.ts";
import { refuse_caller } from "./verify-jwt.ts";
import { BootError, Worker } from "./worker.ts";

export interface FunctionsOptions {
  /** Has `supabase/functions` and `supabase/config.toml`. */
  project_dir: string;
  /** For Deno's caches. */
  data_dir: string;
  jwt_secret: string;
  /** What the platform tells every function (SUPABASE_URL and so on), and what the caller adds. */
  env: Record<string, string>;
  /** Until a function must have begun its answer. Default 150,000, as hosted. */
  wall_clock_ms?: number;
  log?: (line: string) => void;
}

export interface Functions extends Service {
  names: string[];
  /** Starts every function, so that the first caller does not wait. Failures are logged and tried again on a call. */
  warm_up(): Promise<void>;
}

export async function create_functions(options: FunctionsOptions): Promise<Functions> {
  const log = options.log ?? (() => {});
  const env = { ...(await read_env(options.project_dir)), ...options.env };
  const cache_dir = path.join(options.data_dir, "deno");
  const workers = new Map<string, Worker>();
  for (const config of (await read_functions(options.project_dir)).values()) {
    workers.set(config.name, new Worker({ config, env, cache_dir, log }));
  }
  const wall_clock_ms = options.wall_clock_ms ?? 150_000;
  let closed = false;
  return {
    names: [...workers.keys()],
    async warm_up() {
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
        const refusal = await refuse_caller(request, options.jwt_secret);
        if (refusal) return Response.json({ msg: refusal }, { status: 401 });
      }
      return call(worker, request, wall_clock_ms, log);
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
  wall_clock_ms: number,
  log: (line: string) => void,
): Promise<Response> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), wall_clock_ms);
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
      await worker.settle();
    }
    return refuse(500, "WORKER_ERROR", "Function exited due to an error (please check logs)");
  } finally {
    clearTimeout(timer);
  }
}

const refuse = (status: number, code: string, message: string): Response =>
  Response.json({ code, message }, { status });
