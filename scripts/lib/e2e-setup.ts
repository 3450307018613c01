/** For vitest: uses the Kulti of the environment, else starts one. `npm run e2e` and `npm test` set theirs. */
import type { TestProject } from "vitest/node";
import { withTestTarget } from "./test-target.ts";

type Env = Record<string, string | undefined>;

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { env, stop } = process.env.KULTI_API_URL
    ? { env: process.env, stop: async () => {} }
    : await start();
  provide("target", {
    api_url: (env.KULTI_API_URL ?? "").replace(/\/+$/, ""),
    site_url: env.KULTI_SITE_URL ?? "",
    knownSiteUrl: env.KULTI_KNOWN_SITE_URL ?? env.KULTI_SITE_URL ?? "",
    publishable_key: env.KULTI_PUBLISHABLE_KEY ?? "",
    secret_key: env.KULTI_SECRET_KEY ?? "",
    db_url: env.KULTI_DB_URL ?? "",
  });
  return stop;
}

/** `withTestTarget`, ended by the caller. */
async function start(): Promise<{ env: Env; stop: () => Promise<void> }> {
  const ended = Promise.withResolvers<void>();
  const started = Promise.withResolvers<Env>();
  const running = withTestTarget((env) => {
    started.resolve(env);
    return ended.promise;
  });
  running.catch(started.reject);
  return {
    env: await started.promise,
    stop() {
      ended.resolve();
      return running;
    },
  };
}
